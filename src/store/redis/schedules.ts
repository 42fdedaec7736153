import { ownerOf, type Schedule } from '../../core/schedule/schedule.ts'
import { cleanText } from '../../core/text/clean.ts'
import type { Schedules } from '../store.ts'
import { fromJson, toJson } from './json.ts'
import { asList, type Database, type Reply, script } from './script.ts'

/*
 * schedule:<id>      hash: number, version, owner, record      schedules         zset: number → id
 * schedules:of:<owner>  zset: the same for one person           schedules:looks   zset: lookAt → id      schedules:number  the last number
 */
const common = `
local id = ARGV[1]
local key = P .. 'schedule:' .. id
local function told(at) return call('HMGET', P .. 'schedule:' .. at, 'number', 'version', 'record') end
local function lookAt(moment)
  if moment == '' then call('ZREM', P .. 'schedules:looks', id) else call('ZADD', P .. 'schedules:looks', moment, id) end
end
`

/** id, owner, lookAt or '', record → {made or not, {number, version, record}} */
const create = script(
  common,
  `
if call('EXISTS', key) == 1 then return { 0, told(id) } end
local number = call('INCR', P .. 'schedules:number')
call('HSET', key, 'number', number, 'version', 1, 'owner', ARGV[2], 'record', ARGV[4])
call('ZADD', P .. 'schedules', number, id)
call('ZADD', P .. 'schedules:of:' .. ARGV[2], number, id)
lookAt(ARGV[3])
return { 1, told(id) }
`,
)

/** id, version, lookAt or '', record → {number, version, record}, or nothing */
const change = script(
  common,
  `
if call('HGET', key, 'version') ~= ARGV[2] then return false end
call('HINCRBY', key, 'version', 1)
call('HSET', key, 'record', ARGV[4])
lookAt(ARGV[3])
return told(id)
`,
)

/** id → whether there was one */
const remove = script(
  common,
  `
local owner = call('HGET', key, 'owner')
if not owner then return 0 end
call('DEL', key)
call('ZREM', P .. 'schedules', id)
call('ZREM', P .. 'schedules:of:' .. owner, id)
lookAt('')
return 1
`,
)

/** id → {number, version, record} */
const find = script(common, 'return told(id)')

/** '', the sorted set of numbers, the first number, the last → {number, version, record}…, the newest first */
const list = script(
  common,
  `
local found = {}
for _, one in ipairs(call('ZRANGE', P .. ARGV[2], ARGV[4], ARGV[3], 'BYSCORE', 'REV')) do found[#found + 1] = told(one) end
return found
`,
)

/** '', now, limit → {number, version, record}… */
const due = script(
  common,
  `
local found = {}
for _, one in ipairs(call('ZRANGEBYSCORE', P .. 'schedules:looks', '-inf', ARGV[2], 'LIMIT', 0, ARGV[3])) do
  found[#found + 1] = told(one)
end
return found
`,
)

export function redisSchedules(db: Database): Schedules {
  const listed = async (index: string, from: number | '-inf', to: number | '+inf') =>
    scheduleList(await db.run(list, '', index, from, to))

  return {
    async create(schedule) {
      const owner = cleanText(ownerOf(schedule))
      const reply = asList(await db.run(create, schedule.id, owner, schedule.lookAt ?? '', toJson(schedule)))
      return { created: reply[0] === 1, schedule: mustRead(reply[1]) }
    },
    async find(id) {
      return readSchedule(await db.run(find, id))
    },
    async findByNumber(number) {
      return (await listed('schedules', number, number))[0]
    },
    list: (owner) => listed(owner === undefined ? 'schedules' : `schedules:of:${cleanText(owner)}`, '-inf', '+inf'),
    async due(now, limit) {
      return scheduleList(await db.run(due, '', now, limit))
    },
    async change(schedule) {
      return readSchedule(await db.run(change, schedule.id, schedule.version, schedule.lookAt ?? '', toJson(schedule)))
    },
    async remove(id) {
      return (await db.run(remove, id)) === 1
    },
  }
}

function scheduleList(reply: Reply): Schedule[] {
  return asList(reply).map(mustRead)
}

function mustRead(reply: Reply | undefined): Schedule {
  const schedule = readSchedule(reply)
  if (schedule === undefined) throw new TypeError('a schedule in Redis lacks its record')
  return schedule
}

function readSchedule(reply: Reply | undefined): Schedule | undefined {
  if (reply === null || reply === undefined) return undefined
  const [number, version, record] = asList(reply)
  if (typeof record !== 'string') return undefined
  return { ...fromJson<Omit<Schedule, 'number' | 'version'>>(record), number: Number(number), version: Number(version) }
}
