import { z } from 'zod'
import { whyOf } from '../../core/why.ts'
import type { ChannelLog } from '../channel.ts'
import type { Calls } from './calls.ts'
import { isDone } from './faults.ts'

/** Older messages are left alone: whoever wrote them has given up by now. */
const CATCH_UP_MS = 10 * 60_000
/** So many of a group's last messages are looked at. */
const MESSAGES = 200
const CALL_MS = 15_000

const historySchema = z.object({ messages: z.array(z.record(z.string(), z.unknown())) })

/**
 * What was said in these groups while nobody was connected, as events, the oldest first. Not a part of OneBot v11, but NapCat, Lagrange and
 * go-cqhttp have it. What was taken before is known by its id, so it is no harm to tell it twice.
 */
export async function missedIn(
  groups: readonly string[],
  account: string,
  calls: Calls,
  now: number,
  log: ChannelLog,
): Promise<Record<string, unknown>[]> {
  const missed = await Promise.all(
    groups.map(async (group) => {
      try {
        const params = { group_id: group, count: MESSAGES }
        const answer = await calls.call({ action: 'get_group_msg_history', params }, CALL_MS)
        if (!isDone(answer)) throw new Error(`retcode ${answer.retcode}`)
        return historySchema.parse(answer.data).messages.map((message) => ({ ...message, group_id: group }))
      } catch (error) {
        log.warn({ account, group, error: whyOf(error) }, 'what was said meanwhile cannot be read')
        return []
      }
    }),
  )
  return missed
    .flat()
    .filter(({ time }: Record<string, unknown>) => Number(time) * 1_000 > now - CATCH_UP_MS)
    .map((message) => ({ ...message, post_type: 'message', message_type: 'group', self_id: account }))
    .toSorted((one: Record<string, unknown>, other: Record<string, unknown>) => Number(one.time) - Number(other.time))
}
