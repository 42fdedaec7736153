import { z } from 'zod'
import type { Part } from '../../core/message/part.ts'

/** Implementations write ids as numbers or as texts; inside they are texts. */
export const id = z.union([z.string(), z.number()]).transform(String)

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]).transform((given) => String(given ?? ''))

/**
 * One piece of a message: https://github.com/botuniverse/onebot-11/blob/master/message/segment.md. Data that is no
 * plain value is left out.
 */
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
