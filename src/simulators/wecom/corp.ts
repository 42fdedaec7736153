import type { Conversation } from './conversation.ts'
import type { MediaShelf } from './media.ts'
import type { Members } from './members.ts'
import type { MemberQuota } from './quota.ts'
import type { Random } from './random.ts'
import type { Tokens } from './tokens.ts'

export interface Credentials {
  corpId: string
  agentId: number
  secret: string
  token: string
  encodingAesKey: string
}

/** A send that was accepted with errcode 0 and shown to nobody. */
export interface QuotaOverrun {
  to: string
  at: number
  window: 'minute' | 'hour'
  msgtype: string
  text: string
}

/** The corporation behind the API: who is in it, what was said, what was sent and may still be asked about. */
export interface Corp {
  readonly credentials: Credentials
  readonly now: () => number
  readonly random: Random
  readonly members: Members
  readonly conversation: Conversation
  readonly tokens: Tokens
  readonly media: MediaShelf
  readonly quota: MemberQuota
  readonly quotaOverruns: QuotaOverrun[]
  readonly hasCallback: () => boolean
  /** Bodies sent with the duplicate check, by their hash. */
  readonly sentBodies: Map<string, { answer: Record<string, unknown>; until: number }>
  readonly sentAt: Map<string, number>
  readonly taskIds: Set<string>
  /** What may still be updated once, by response_code. */
  readonly cards: Map<string, { msgid: string; until: number }>
}

const CARD_LIVES_MS = 72 * 3_600_000

/** A response_code for one update of the card within 72 hours. */
export function openCard(corp: Corp, msgid: string, code = corp.random.letters(43)): string {
  corp.cards.set(code, { msgid, until: corp.now() + CARD_LIVES_MS })
  return code
}
