import type { Shares } from '../store.ts'
import { answered } from './faults.ts'
import { type Database, script } from './script.ts'

/** BullMQ takes priorities up to 2^21. */
const largestTag = 2_000_000

/* shares:<lane>  hash: `begun`, and `of:<owner>` the last tag given to each */
const priority = script(`
local shares, owner = P .. 'shares:' .. ARGV[1], 'of:' .. ARGV[2]
local known = call('HMGET', shares, 'begun', owner)
local tag = math.min(math.max(known[1] or 0, known[2] or 0) + 1, ${largestTag})
call('HSET', shares, owner, tag)
return tag
`)

const advance = script(`
local shares, tag = P .. 'shares:' .. ARGV[1], tonumber(ARGV[2])
if tag > tonumber(call('HGET', shares, 'begun') or 0) then call('HSET', shares, 'begun', tag) end
`)

export function redisShares(db: Database): Shares {
  return {
    async priority(lane, owner) {
      return Number(await db.run(priority, lane, owner))
    },
    async advance(lane, begun) {
      await db.run(advance, lane, begun)
    },
    async reset(lane) {
      await answered(db.redis.del(`${db.prefix}shares:${lane}`))
    },
  }
}
