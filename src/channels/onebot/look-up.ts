import { z } from 'zod'
import type { Delivery } from '../../core/delivery/delivery.ts'
import { UnavailableError } from '../../core/errors.ts'
import type { LookedUp } from '../channel.ts'
import { forwardTexts, messageAction, withoutReferences } from './actions.ts'
import { faultOf, isDone } from './faults.ts'
import { segmentsOf } from './parse.ts'
import type { Routes } from './routes.ts'
import { type Action, id, isMedia, type Segment } from './types.ts'

/** QQ's clock and ours may differ by so much. */
const SKEW_MS = 30_000
/** What has not come after so long does not come: implementations give a send up after ten seconds. */
const ABSENT_AFTER_MS = 30_000
const MESSAGES = 200
const CALL_MS = 10_000

const historySchema = z.object({
  messages: z.array(
    z.looseObject({
      message_id: id,
      user_id: id.optional(),
      self_id: id.optional(),
      sender: z.looseObject({ user_id: id.optional() }).nullish(),
      time: z.coerce.number(),
      message: z.union([z.string(), z.array(z.unknown())]),
    }),
  ),
})
type Past = z.infer<typeof historySchema>['messages'][number]

/**
 * Looks for a delivery among what the account said in its chat. It is `absent` only when there is no doubt left: it had
 * its time to come, and the history shows our own words, reaches back to before the send, and shows nothing else of
 * ours since.
 */
export async function lookUp(
  delivery: Delivery,
  { since, known }: { since: number; known: ReadonlySet<string> },
  { routes, now }: { routes: Pick<Routes, 'call'>; now: number },
  signal: AbortSignal,
): Promise<LookedUp> {
  const { to } = delivery
  if (to.thread !== undefined) return unknown('a temporary chat has no history')
  const answer = await routes.call(to.account, historyAction(to), CALL_MS, signal)
  if (!isDone(answer)) {
    const fault = faultOf(answer, 'the history')
    if (fault instanceof UnavailableError) throw fault
    return unknown(`the history cannot be read (retcode ${answer.retcode})`)
  }
  const history = historySchema.safeParse(answer.data)
  if (!history.success) return unknown('the history cannot be understood')

  const { messages } = history.data
  const own = messages.filter((message) => isOwn(message, to.account))
  const fresh = own.filter(({ time, message_id: its }) => time * 1_000 >= since - SKEW_MS && !known.has(its))
  const forms = formsOf(delivery)
  const found = fresh.find(({ message }) => forms.has(formOf(segmentsOf(message))))
  if (found !== undefined)
    return { state: 'sent', receipt: { platformMessageId: found.message_id, sentAt: found.time * 1_000 } }

  const age = now - since
  if (age < ABSENT_AFTER_MS) return { state: 'unclear', lookInMs: age < 10_000 ? 3_000 : 10_000 }
  if (fresh.length > 0) return unknown('something else was said with the account meanwhile')
  // What other deliveries of this chat became was said before this one: a chat's go out one after the other.
  const isBefore = ({ time, message_id: its }: Past): boolean => known.has(its) || time * 1_000 < since - SKEW_MS
  const reachesBack = messages.some(isBefore)
  if (own.length === 0 || !reachesBack) return unknown('the history does not show enough')
  return { state: 'absent' }
}

function unknown(why: string): LookedUp {
  return { state: 'unknown', why: `it may have arrived: its answer was lost, and ${why}` }
}

function historyAction({ chat, chatKind }: Delivery['to']): Action {
  if (chatKind === 'private') {
    return { action: 'get_friend_msg_history', params: { user_id: chat, count: MESSAGES } }
  }
  return { action: 'get_group_msg_history', params: { group_id: chat.replace(/^g/i, ''), count: MESSAGES } }
}

function isOwn({ user_id: person, sender, self_id: self }: Past, account: string | undefined): boolean {
  const said = person ?? sender?.user_id
  return said !== undefined && said === (account ?? self)
}

/** What the delivery may look like in a history: with its quote and mentions, or without. */
function formsOf(delivery: Delivery): Set<string> {
  if (forwardTexts(delivery) !== undefined) return new Set(['forward|'])
  const { part } = delivery
  if (isMedia(part) && part.kind === 'file') return new Set(['file|'])
  const action = messageAction(delivery)
  const actions = [action, withoutReferences(action)].filter((each) => each !== undefined)
  return new Set(actions.map(({ params }) => formOf(params.message as Segment[]))) // `messageAction` made them
}

/** Its words, without blanks that are lost on the way, and the kinds of whatever else is in it. */
function formOf(segments: readonly Segment[]): string {
  const words = segments.map(({ type, data }) => (type === 'text' ? (data.text ?? '') : '')).join('')
  const kinds = segments.map(({ type }) => type).filter((type) => !['text', 'reply', 'at'].includes(type))
  return `${kinds.join(',')}|${words.replace(/\s+/gu, '')}`
}
