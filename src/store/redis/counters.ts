import type { Counters } from '../store.ts'
import { answered } from './faults.ts'
import { type Database, script } from './script.ts'

/* counter:<name>  hash: sum, until. The time to live only tidies up; the minute more is for clocks that differ from Redis's. */

/** name, by, now, keepMs → the sum */
const add = script(`
local counter, now = P .. 'counter:' .. ARGV[1], tonumber(ARGV[3])
local last = tonumber(call('HGET', counter, 'until') or now)
if last <= now then call('HSET', counter, 'sum', 0) end
call('HSET', counter, 'until', now + ARGV[4])
call('PEXPIRE', counter, ARGV[4] + 60000)
return call('HINCRBYFLOAT', counter, 'sum', ARGV[2])
`)

export function redisCounters(db: Database): Counters {
  return {
    async add(name, by, now, keepMs) {
      return Number(await db.run(add, name, by, now, keepMs))
    },
    async get(name, now) {
      const [sum, until] = await answered(db.redis.hmget(`${db.prefix}counter:${name}`, 'sum', 'until'))
      return sum && Number(until) > now ? Number(sum) : 0
    },
  }
}
