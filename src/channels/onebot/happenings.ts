import { z } from 'zod'
import type { Message } from '../../core/message/message.ts'
import { readPattern } from '../../core/text/pattern.ts'
import type { JoinRule, OnebotConfig } from './settings.ts'
import { id } from './types.ts'

/*
 * What happens in QQ rather than is said, in our words: an `event` part whose name commands can be bound to. What
 * nobody is bound to, and what config has no rule for, becomes no message.
 */

/** A thing that happened, and to whom; `chat` is where what is said about it goes. */
export interface Happening {
  name: string
  chat: { group: string } | { person: string }
  person: string
  data: Record<string, unknown>
  /** What makes it this one and no other: the same over every connection that tells of it. */
  mark: string
}

const noticeSchema = z.looseObject({
  notice_type: z.string(),
  sub_type: z.string().optional(),
  group_id: id.nullish(),
  user_id: id,
  operator_id: id.nullish(),
  target_id: id.nullish(),
  message_id: id.nullish(),
  time: id.nullish(),
})

const requestSchema = z.object({
  request_type: z.enum(['friend', 'group']),
  sub_type: z.string().optional(),
  group_id: id.nullish(),
  user_id: id,
  comment: z.string().nullish(),
  flag: z.coerce.string().min(1),
})

/** What a notice is to commands; a text says why it is nothing to them. */
export function readNotice(
  frame: unknown,
  account: string,
  { groups }: Pick<OnebotConfig, 'groups'>,
  isBound: (event: string) => boolean,
): Happening | string {
  const read = noticeSchema.safeParse(frame)
  if (!read.success) return 'a notice without its person'
  const { notice_type: type, sub_type: kind = '', group_id: group, user_id: person } = read.data
  const nothing = `nothing is done with ${type.slice(0, 40)} notices`
  if (!group || group === '0') return nothing
  const make = (name: string, data: Record<string, unknown>): Happening | string =>
    name === 'welcome' || isBound(name)
      ? { name, chat: { group }, person, data, mark: `${type}-${kind}-${read.data.time ?? ''}` }
      : nothing
  const by = read.data.operator_id ?? undefined
  switch (type) {
    case 'group_increase': {
      if (person === account) return 'the bot has come into a group'
      const { welcome } = groups[group] ?? groups.default ?? {}
      return welcome === undefined ? make('member-joined', { how: kind, by }) : make('welcome', { text: welcome })
    }
    case 'group_decrease':
      return person === account ? 'the bot is no longer in the group' : make('member-left', { how: kind, by })
    case 'group_recall':
      return make('message-recalled', { messageId: read.data.message_id, by })
    case 'notify':
      return kind === 'poke' && read.data.target_id === account ? make('poked', {}) : nothing
    default:
      return nothing
  }
}

/** What a request is to commands: one that the rules leave to somebody, or decide. */
export function readRequest(frame: unknown, config: OnebotConfig): Happening | string {
  const read = requestSchema.safeParse(frame)
  if (!read.success) return 'a request without its flag'
  const { request_type: type, sub_type: kind = '', group_id: group, user_id: person, comment, flag } = read.data
  const request = { flag, type, sub_type: kind }
  const words = (comment ?? '').slice(0, 500)
  const make = (name: string, rule: JoinRule | undefined, chat: Happening['chat']): Happening | string => {
    if (rule === undefined) return `there is no rule for a ${name}`
    const decision = decide(rule, words, person)
    if (decision === 'leave') return `a ${name} is left to others`
    const { reason } = rule
    return { name, chat, person, data: { request, comment: words, decision, reason, group }, mark: flag }
  }
  const askIn = (rule: JoinRule | undefined): Happening['chat'] => {
    const chat = rule?.askIn ?? person
    return chat.startsWith('g') ? { group: chat.slice(1) } : { person: chat }
  }
  if (type === 'friend') return make('friend-request', config.friendRequests, askIn(config.friendRequests))
  if (!group) return 'a request without its group'
  if (kind === 'invite') return make('group-invite', config.groupInvites, askIn(config.groupInvites))
  return make('join-request', (config.groups[group] ?? config.groups.default)?.join, { group })
}

/** The answer alone decides for it: what stands before `答案` is the group's own question. */
function decide(rule: JoinRule, comment: string, person: string): 'approve' | JoinRule['otherwise'] {
  const answer = comment.split(/答案[:：]/).at(-1) ?? ''
  const fits = rule.answer !== undefined && readPattern(rule.answer, 'iu').test(answer.trim())
  return fits || rule.people.includes(person) ? 'approve' : rule.otherwise
}

export function happened(
  { name, chat, person, data, mark }: Happening,
  { config, account, now, time }: { config: OnebotConfig; account: string; now: number; time: number | undefined },
): Omit<Message, 'id'> & { idPieces: string[] } {
  const isGroup = 'group' in chat
  const place = isGroup ? `g${chat.group}` : chat.person
  return {
    idPieces: [config.id, account, place, name, person, mark],
    from: { channel: config.id, chat: place, chatKind: isGroup ? 'group' : 'private', account },
    sender: { id: person },
    text: '',
    // Through JSON it goes anyway: what is undefined falls out now.
    parts: [{ kind: 'event', name, data: JSON.parse(JSON.stringify(data)) }],
    lang: config.lang,
    sentAt: time === undefined ? undefined : time * 1_000,
    receivedAt: now,
  }
}
