import { z } from 'zod'
import { whyOf } from '../../core/text/why.ts'
import type { ChannelLog } from '../channel.ts'
import type { Calls } from './calls.ts'
import { isDone } from './faults.ts'
import type { OnebotConfig } from './settings.ts'
import { id } from './types.ts'

/** Older messages are left alone: whoever wrote them has given up by now. */
const CATCH_UP_MS = 10 * 60_000
/** So many of a chat's last messages are looked at. */
const MESSAGES = 200
const CALL_MS = 15_000
/** Friends may be many: so many are asked for at once, and not more than these. */
const SIDE_BY_SIDE = 4
const MOST_FRIENDS = 500

const historySchema = z.object({ messages: z.array(z.record(z.string(), z.unknown())) })
const friendsSchema = z.array(z.object({ user_id: id }))

interface Chat {
  action: string
  params: Record<string, unknown>
  /** What its messages lack to be events. */
  fields: Record<string, unknown>
}

/**
 * What was said in these chats while nobody was connected, as events, the oldest first. Not a part of OneBot v11, but
 * NapCat and Lagrange
 * have it, and go-cqhttp for groups. What was taken before is known by its id, so it is no harm to tell it twice.
 */
export async function missedIn(
  { catchUpGroups, catchUpFriends }: Pick<OnebotConfig, 'catchUpGroups' | 'catchUpFriends'>,
  account: string,
  calls: Pick<Calls, 'call'>,
  now: number,
  log: ChannelLog,
): Promise<Record<string, unknown>[]> {
  const ask = async (action: string, params: Record<string, unknown>): Promise<unknown> => {
    const answer = await calls.call({ action, params }, CALL_MS)
    if (!isDone(answer)) throw new Error(`${action}: retcode ${answer.retcode}`)
    return answer.data
  }

  async function friends(): Promise<readonly string[]> {
    if (catchUpFriends !== 'all') return catchUpFriends
    const all = friendsSchema.parse(await ask('get_friend_list', {})).map(({ user_id: person }) => person)
    return all.slice(0, MOST_FRIENDS)
  }

  async function lastOf({ action, params, fields }: Chat): Promise<Record<string, unknown>[]> {
    const { messages } = historySchema.parse(await ask(action, { ...params, count: MESSAGES }))
    return messages.map((message) => ({ ...message, ...fields, post_type: 'message', self_id: account }))
  }

  /** Whatever cannot be read is left alone. */
  async function orNothing<T>(work: Promise<readonly T[]>, chat: Record<string, unknown>): Promise<readonly T[]> {
    return work.catch((error: unknown) => {
      log.warn({ account, ...chat, error: whyOf(error) }, 'what was said meanwhile cannot be read')
      return []
    })
  }

  const chats: Chat[] = [
    ...catchUpGroups.map(groupChat),
    ...(await orNothing(friends(), { friends: 'all' })).map(friendChat),
  ]
  const missed: Record<string, unknown>[] = []
  const rest = chats.values()
  await Promise.all(
    Array.from({ length: SIDE_BY_SIDE }, async () => {
      for (const chat of rest) missed.push(...(await orNothing(lastOf(chat), chat.params)))
    }),
  )
  return missed
    .filter(({ time }) => Number(time) * 1_000 > now - CATCH_UP_MS)
    .toSorted((one, other) => Number(one.time) - Number(other.time))
}

function groupChat(group: string): Chat {
  const params = { group_id: group }
  return { action: 'get_group_msg_history', params, fields: { message_type: 'group', ...params } }
}

function friendChat(person: string): Chat {
  return { action: 'get_friend_msg_history', params: { user_id: person }, fields: { message_type: 'private' } }
}
