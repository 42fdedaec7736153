import { cleanText } from '../../core/text/clean.ts'
import type { Counters } from '../store.ts'
import { answered } from './faults.ts'
import { asFields, asList, type Database, script } from './script.ts'

/*
 * counter:<name>  hash: sum, until      book:<name>  hash: until, and =<counter> for each of its counters
 * The time to live only tidies up; the minute more is for clocks that differ from Redis's.
 */

/** name, by, now, keepMs → the sum */
const add = script(`
local counter, now = P .. 'counter:' .. ARGV[1], tonumber(ARGV[3])
local last = tonumber(call('HGET', counter, 'until') or now)
if last <= now then call('HSET', counter, 'sum', 0) end
call('HSET', counter, 'until', now + ARGV[4])
call('PEXPIRE', counter, ARGV[4] + 60000)
return call('HINCRBYFLOAT', counter, 'sum', ARGV[2])
`)

/** book, now, expiresAt, then name and by of each → the sums */
const addAll = script(`
local book = P .. 'book:' .. ARGV[1]
local ends = call('HGET', book, 'until')
if ends and tonumber(ends) <= tonumber(ARGV[2]) then call('DEL', book) end
local sums = {}
for i = 4, #ARGV, 2 do sums[#sums + 1] = call('HINCRBYFLOAT', book, '=' .. ARGV[i], ARGV[i + 1]) end
call('HSET', book, 'until', ARGV[3])
call('PEXPIRE', book, string.format('%.0f', ARGV[3] - ARGV[2] + 60000))
return sums
`)

/** book, now, names… → name, sum, name, sum…; without names all of them */
const read = script(`
local book = P .. 'book:' .. ARGV[1]
local ends = call('HGET', book, 'until')
if not ends or tonumber(ends) <= tonumber(ARGV[2]) then return {} end
if #ARGV == 2 then return call('HGETALL', book) end
local found = {}
for i = 3, #ARGV do
  local sum = call('HGET', book, '=' .. ARGV[i])
  if sum then
    found[#found + 1] = '=' .. ARGV[i]
    found[#found + 1] = sum
  end
end
return found
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
    async addAll(book, adds, now, expiresAt) {
      const args = adds.flatMap(({ name, by }) => [cleanText(name), by])
      return asList(await db.run(addAll, book, now, expiresAt, ...args)).map(Number)
    },
    async read(book, now, names) {
      if (names?.length === 0) return new Map()
      const fields = asFields(await db.run(read, book, now, ...(names ?? []).map(cleanText)))
      const counters = Object.entries(fields).filter(([field]) => field.startsWith('='))
      return new Map(counters.map(([field, sum]) => [field.slice(1), Number(sum)]))
    },
  }
}
