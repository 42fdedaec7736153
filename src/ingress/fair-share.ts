import { askerOf, type Message } from '../core/message/message.ts'
import type { Shares } from '../store/store.ts'

/** Someone who sent nothing to a quick lane for so long has nothing waiting there that would be worth asking about. */
const QUIET_MS = 1_000
/** What was given a priority may wait for longer, and a message without a priority would overtake it. */
const TAGGED_QUIET_MS = 60_000
const MOST_KNOWN = 10_000

/**
 * Priorities for fair share. In a quick lane the first message of a person in a while goes without one, which costs no
 * look into the store: only who sends much waits behind their own. Elsewhere each task is given a priority, and so is,
 * for a while, all that comes when tasks of others than we know of may wait: `isBehind` at the start.
 */
export function fairShare(
  shares: Pick<Shares, 'priority'>,
  quickLanes: ReadonlySet<string>,
  isBehind: boolean,
  now: () => number,
) {
  const last = new Map<string, { at: number; isPrioritized: boolean }>()
  let knowsSince = isBehind ? now() : Number.NEGATIVE_INFINITY
  return async (lane: string, message: Message): Promise<number> => {
    const owner = askerOf(message)
    if (!quickLanes.has(lane)) return shares.priority(lane, owner)
    const key = `${lane} ${owner}`
    const at = now()
    const before = last.get(key)
    const isPrioritized =
      before === undefined
        ? at - knowsSince <= TAGGED_QUIET_MS
        : at - before.at <= (before.isPrioritized ? TAGGED_QUIET_MS : QUIET_MS)
    if (last.size >= MOST_KNOWN) {
      last.clear()
      knowsSince = at
    }
    last.set(key, { at, isPrioritized })
    return isPrioritized ? shares.priority(lane, owner) : 0
  }
}
