import { cleanText } from '../../core/text/clean.ts'
import type { Settings } from '../store.ts'
import { answered } from './faults.ts'
import { asList, type Database, script } from './script.ts'

/*
 * settings        hash: name → '<expiresAt or nothing> <value>'
 * settings:names  zset, all of score 0: the names in order      settings:ends  zset: expiresAt → name
 */
const set = `
local function set(name, value, expiresAt)
  call('HSET', P .. 'settings', name, expiresAt .. ' ' .. value)
  call('ZADD', P .. 'settings:names', 0, name)
  if expiresAt == '' then
    call('ZREM', P .. 'settings:ends', name)
  else
    call('ZADD', P .. 'settings:ends', expiresAt, name)
  end
end
`

const remove = `
local function remove(name)
  call('HDEL', P .. 'settings', name)
  call('ZREM', P .. 'settings:names', name)
  call('ZREM', P .. 'settings:ends', name)
end
`

/** name, value, expiresAt or '' */
const setSetting = script(set, 'set(ARGV[1], ARGV[2], ARGV[3])')

/** name, value, expiresAt or '', now → what stood there and still does, or nothing */
const claimSetting = script(
  set,
  `
local kept = call('HGET', P .. 'settings', ARGV[1])
local ends = kept and tonumber(string.match(kept, '^(%d+) '))
if kept and (not ends or ends > tonumber(ARGV[4])) then return kept end
set(ARGV[1], ARGV[2], ARGV[3])
return false
`,
)

/** name */
const removeSetting = script(remove, 'remove(ARGV[1])')

/** start of the names → name, kept, name, kept… */
const listSettings = script(`
local found = {}
for _, name in ipairs(call('ZRANGEBYLEX', P .. 'settings:names', '[' .. ARGV[1], '(' .. ARGV[1] .. '\\255')) do
  found[#found + 1] = name
  found[#found + 1] = call('HGET', P .. 'settings', name)
end
return found
`)

/** now, limit → how many were removed */
const sweep = script(
  remove,
  `
local names = call('ZRANGEBYSCORE', P .. 'settings:ends', '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, name in ipairs(names) do remove(name) end
return #names
`,
)

export function redisSettings(db: Database): Settings {
  return {
    async get(name, now) {
      const kept = await answered(db.redis.hget(`${db.prefix}settings`, cleanText(name)))
      return kept === null ? undefined : readValue(kept, now)
    },
    async set(name, value, expiresAt) {
      await db.run(setSetting, cleanText(name), cleanText(value), expiresAt ?? '')
    },
    async claim(name, value, now, expiresAt) {
      const clean = cleanText(value)
      const kept = await db.run(claimSetting, cleanText(name), clean, expiresAt ?? '', now)
      return (typeof kept === 'string' ? readValue(kept, now) : undefined) ?? clean
    },
    async remove(name) {
      await db.run(removeSetting, cleanText(name))
    },
    async list(prefix, now) {
      const flat = asList(await db.run(listSettings, cleanText(prefix)))
      const found: { name: string; value: string }[] = []
      for (let i = 0; i < flat.length; i += 2) {
        const value = readValue(`${flat[i + 1]}`, now)
        if (value !== undefined) found.push({ name: `${flat[i]}`, value })
      }
      return found
    },
  }
}

/** Removes at most `limit` settings that have ended. */
export async function sweepSettings(db: Database, now: number, limit: number): Promise<number> {
  return Number(await db.run(sweep, now, limit))
}

function readValue(kept: string, now: number): string | undefined {
  const space = kept.indexOf(' ')
  const hasEnded = space > 0 && Number(kept.slice(0, space)) <= now
  return hasEnded ? undefined : kept.slice(space + 1)
}
