import { z } from 'zod'
import type { Limit } from '../../core/delivery/limit.ts'
import type { Part } from '../../core/message/part.ts'
import type { Lang } from '../../core/text/lang.ts'

/** QQ through an implementation of OneBot v11, as config describes it. */
export interface OnebotConfig {
  id: string
  accessToken: string
  /** One that names no token at all may connect. */
  allowNoToken?: boolean
  wsUrl?: string
  httpUrl?: string
  httpSecret?: string
  accounts: readonly string[]
  groups: Readonly<Record<string, GroupRule>>
  longAnswers: 'split' | 'forward'
  ignore: readonly string[]
  mostWaiting: number
  catchUpGroups: readonly string[]
  /** Who may become a friend. */
  friendRequests?: JoinRule
  /** Whose invitations into groups are taken. */
  groupInvites?: JoinRule
  catchUpFriends: readonly string[] | 'all'
  lang?: Lang
  limits?: { account?: readonly Limit[]; chat?: readonly Limit[] }
  allowPrivateUrls?: boolean
}

/** What makes the bot answer in a group. */
export interface GroupRule {
  answer: readonly ('prefix' | 'mention' | 'reply' | 'keyword' | 'all')[]
  prefixes: readonly string[]
  keywords: readonly string[]
  /** Said to who joins. */
  welcome?: string
  join?: JoinRule
  words: readonly WordRule[]
  /** More messages than this from one person: muted for a while. */
  flood?: { messages: number; withinMs: number; muteMs: number }
  /** People who keep no order; the group's own administrators need not. */
  exempt: readonly string[]
}

/** What becomes of requests: approved when the answer fits or the person is named; else as `otherwise` says. */
export interface JoinRule {
  /** A regular expression that the answer fits. */
  answer?: string
  people: readonly string[]
  otherwise: 'ask' | 'reject' | 'leave'
  /** What who is rejected reads. */
  reason?: string
  /** Where those who decide are asked: `g<group>` or a person's number. */
  askIn?: string
}

export interface WordRule {
  words: readonly string[]
  /** Regular expressions. */
  patterns: readonly string[]
  do: readonly ('recall' | 'mute' | 'kick')[]
  muteMs: number
  /** What the group reads. */
  say?: string
}

/** Implementations write ids as numbers or as texts; inside they are texts. */
export const id = z.union([z.string(), z.number()]).transform(String)

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]).transform((given) => String(given ?? ''))

/** One piece of a message: https://github.com/botuniverse/onebot-11/blob/master/message/segment.md. Data that is no plain value is left out. */
export const segmentSchema = z.object({
  type: z.string(),
  data: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((data) => {
      const plain = Object.entries(data ?? {}).flatMap(([key, given]) => {
        const read = value.safeParse(given)
        return read.success ? [[key, read.data] as const] : []
      })
      return Object.fromEntries(plain) as Record<string, string> // `value` makes texts of them
    }),
})
export type Segment = z.infer<typeof segmentSchema>

/** What every event has. */
export const eventSchema = z.looseObject({ post_type: z.string(), self_id: id, time: z.coerce.number().optional() })

export const messageEventSchema = z.object({
  message_type: z.string(),
  sub_type: z.string().optional(),
  message_id: id,
  user_id: id,
  group_id: id.nullish(),
  message: z.union([z.string(), z.array(z.unknown())]),
  sender: z
    .object({
      nickname: z.string().nullish().catch(undefined),
      card: z.string().nullish().catch(undefined),
      group_id: id.nullish(),
      role: z.string().nullish().catch(undefined),
    })
    .partial()
    .nullish()
    .catch(undefined),
})
export type MessageEvent = z.infer<typeof messageEventSchema>

export const heartbeatSchema = z.object({
  interval: z.coerce.number().positive().optional().catch(undefined),
  status: z.object({ online: z.boolean().nullish().catch(undefined) }).nullish(),
})

export const offlineFileSchema = z.object({
  user_id: id,
  file: z.object({ id: id.optional(), name: z.string(), url: z.string().optional() }),
})

/** An implementation's answer to a call: https://github.com/botuniverse/onebot-11/blob/master/api/README.md */
export const answerSchema = z.object({
  status: z.string(),
  retcode: z.coerce.number(),
  data: z.unknown().optional(),
  echo: z.unknown().optional(),
  message: z.string().nullish().catch(undefined),
  wording: z.string().nullish().catch(undefined),
})
export type Answer = z.infer<typeof answerSchema>

export const sentSchema = z.object({ message_id: id })

/** A call of one of the implementation's actions. */
export interface Action {
  action: string
  params: Record<string, unknown>
}

export type MediaPart = Extract<Part, { kind: 'image' | 'file' | 'voice' | 'video' }>

export function isMedia(part: Part): part is MediaPart {
  return part.kind === 'image' || part.kind === 'file' || part.kind === 'voice' || part.kind === 'video'
}
