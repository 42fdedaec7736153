import { personKey } from '../core/address.ts'
import type { Message } from '../core/message.ts'
import type { Shares } from '../store/store.ts'

/** Someone who sent nothing to a quick lane for so long has nothing waiting there that would be worth asking about. */
const QUIET_MS = 1_000
const MOST_KNOWN = 10_000

/**
 * Tags for fair share. In a quick lane the first message of a person in a while goes without one, which costs no look into the
 * store: only who sends much waits behind their own. Elsewhere each task is tagged.
 */
export function fairShare(shares: Pick<Shares, 'tag'>, quickLanes: ReadonlySet<string>, now: () => number) {
  const lastSentAt = new Map<string, number>()
  return async (lane: string, message: Message): Promise<number> => {
    const owner = personKey(message.from.channel, message.sender.id)
    if (!quickLanes.has(lane)) return shares.tag(lane, owner)
    const key = `${lane} ${owner}`
    const at = now()
    const before = lastSentAt.get(key)
    if (lastSentAt.size >= MOST_KNOWN) lastSentAt.clear()
    lastSentAt.set(key, at)
    return before === undefined || at - before > QUIET_MS ? 0 : shares.tag(lane, owner)
  }
}
