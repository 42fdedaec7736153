import { cleanText } from '../../core/text/clean.ts'
import type { Conversations } from '../store.ts'
import { answered } from './faults.ts'
import { fromJson, toJson } from './json.ts'
import { asList, type Database, script } from './script.ts'

/*
 * chat:<chat>      zset: number → id      chat:<chat>:entries  hash: id → JSON
 * chat:<chat>:seq  the last number; it outlives a clear, so that nobody who reads on from a number misses what follows
 */
const keys = `
local log = P .. 'chat:' .. ARGV[1]
local entries, seq = log .. ':entries', log .. ':seq'
`

/** chat, keep, id, JSON… → the last number */
const append = script(
  keys,
  `
for i = 3, #ARGV, 2 do
  if call('HSETNX', entries, ARGV[i], ARGV[i + 1]) == 1 then call('ZADD', log, call('INCR', seq), ARGV[i]) end
end
for _, id in ipairs(call('ZRANGE', log, 0, -1 - ARGV[2])) do
  call('HDEL', entries, id)
  call('ZREM', log, id)
end
return tonumber(call('GET', seq) or 0)
`,
)

/** chat, after, limit → number, id, JSON… */
const read = script(
  keys,
  `
local found = {}
local numbered = call('ZRANGEBYSCORE', log, '(' .. ARGV[2], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[3])
for i = 1, #numbered, 2 do
  found[#found + 1] = numbered[i + 1]
  found[#found + 1] = numbered[i]
  found[#found + 1] = call('HGET', entries, numbered[i])
end
return found
`,
)

export function redisConversations(db: Database): Conversations {
  return {
    async append(chat, added, keep) {
      const args = added.flatMap(({ id, entry }) => [cleanText(id), toJson(entry)])
      return Number(await db.run(append, chat, keep, ...args))
    },
    async read(chat, after, limit) {
      const flat = asList(await db.run(read, chat, after, limit))
      return Array.from({ length: flat.length / 3 }, (_, i) => ({
        seq: Number(flat[3 * i]),
        id: `${flat[3 * i + 1]}`,
        entry: fromJson<unknown>(`${flat[3 * i + 2]}`),
      }))
    },
    async clear(chat) {
      const log = `${db.prefix}chat:${chat}`
      await answered(db.redis.del(log, `${log}:entries`))
    },
  }
}
