import type { Leases } from '../store.ts'
import { type Database, script } from './script.ts'

/*
 * lease:<name>  hash: holder, until. The time to live only tidies up; the minute more is for clocks that differ from
 * Redis's.
 */

/** name, holder, now, leaseMs → whether it is the holder's */
const take = script(`
local lease, now = P .. 'lease:' .. ARGV[1], tonumber(ARGV[3])
local known = call('HMGET', lease, 'holder', 'until')
if known[1] and known[1] ~= ARGV[2] and tonumber(known[2]) > now then return 0 end
call('HSET', lease, 'holder', ARGV[2], 'until', now + ARGV[4])
call('PEXPIRE', lease, ARGV[4] + 60000)
return 1
`)

/** name, holder */
const release = script(`
local lease = P .. 'lease:' .. ARGV[1]
if call('HGET', lease, 'holder') == ARGV[2] then call('DEL', lease) end
`)

export function redisLeases(db: Database): Leases {
  return {
    async take(name, holder, now, leaseMs) {
      return (await db.run(take, name, holder, now, leaseMs)) === 1
    },
    async release(name, holder) {
      await db.run(release, name, holder)
    },
  }
}
