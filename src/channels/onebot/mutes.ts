import { z } from 'zod'
import { QuotaError } from '../../core/errors.ts'
import { id } from './types.ts'

/** A waiting chat is tried again after this time at the latest: a notice may have been missed. */
const LONGEST_PAUSE_MS = 10 * 60_000
/** Where nobody says how long. */
const UNKNOWN_PAUSE_MS = 60_000

/** What a `group_ban` notice says of us. */
export interface Mute {
  group: string
  /** The account alone, or all who are no admins. */
  who: 'self' | 'all'
  /** 0: may speak again. Undefined: until that is told. */
  forMs: number | undefined
}

const noticeSchema = z.object({
  sub_type: z.enum(['ban', 'lift_ban']),
  group_id: id,
  user_id: id,
  duration: z.coerce.number().catch(-1),
})

/** Undefined for a notice that is about somebody else. */
export function readMute(frame: Record<string, unknown>, account: string): Mute | undefined {
  const notice = noticeSchema.safeParse(frame)
  if (!notice.success) return undefined
  const { sub_type: kind, group_id: group, user_id: person, duration } = notice.data
  if (person !== '0' && person !== account) return undefined
  const forMs = kind === 'lift_ban' || duration === 0 ? 0 : duration > 0 ? duration * 1_000 : undefined
  return { group, who: person === '0' ? 'all' : 'self', forMs }
}

/** In which groups the accounts of this process may not speak, as far as they were told. */
export interface Mutes {
  note(account: string, mute: Mute): void
  /** Throws QuotaError for the chat when the account may not speak in this group now. */
  check(account: string, group: string): void
}

export function openMutes(now: () => number): Mutes {
  const until = new Map<string, number>()
  const keyOf = (account: string, group: string, who: Mute['who']): string => `${account} ${group} ${who}`
  return {
    note(account, { group, who, forMs }) {
      const key = keyOf(account, group, who)
      if (forMs === 0) until.delete(key)
      else until.set(key, forMs === undefined ? Number.POSITIVE_INFINITY : now() + forMs)
    },
    check(account, group) {
      const ends = Math.max(...(['self', 'all'] as const).map((who) => until.get(keyOf(account, group, who)) ?? 0))
      if (ends > now()) throw mutedFault(group, ends, now())
    },
  }
}

/** The chat waits; an operator reads why. `endsAt` undefined: nobody knows. */
export function mutedFault(group: string, endsAt: number | undefined, now: number): QuotaError {
  const isKnown = endsAt !== undefined && Number.isFinite(endsAt)
  const words = isKnown ? `until ${new Date(endsAt).toISOString()}` : 'until it is lifted'
  const leftMs = endsAt === undefined ? UNKNOWN_PAUSE_MS : endsAt - now
  const pauseMs = Math.max(1_000, Math.min(leftMs, LONGEST_PAUSE_MS))
  return new QuotaError(`onebot: 禁言中 the bot is muted in group ${group} ${words}`, pauseMs, 'chat')
}

const memberSchema = z.object({ role: z.string().optional(), shut_up_timestamp: z.coerce.number().optional() })

/** From what `get_group_member_info` says of the account itself. */
export function readOwnMembership(answered: unknown): { isAdmin: boolean; mutedUntil: number | undefined } {
  const member = memberSchema.safeParse(answered)
  const until = (member.data?.shut_up_timestamp ?? 0) * 1_000
  const role = member.data?.role
  return { isAdmin: role === 'admin' || role === 'owner', mutedUntil: until > 0 ? until : undefined }
}
