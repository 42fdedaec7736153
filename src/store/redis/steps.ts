import { cleanText } from '../../core/text/clean.ts'
import type { Steps } from '../store.ts'
import { answered } from './faults.ts'
import { fromJson, toJson } from './json.ts'
import { keys } from './runs-lua.ts'
import { asList, type Database, script } from './script.ts'

/** task, name, JSON, event… → what was there before, or nothing. Each value has its place in front: `0 {…}`. */
const save = script(
  keys,
  `
local steps = run .. ':steps'
local kept = call('HGET', steps, ARGV[2])
if kept then return kept end
call('HSET', steps, ARGV[2], call('HLEN', steps) .. ' ' .. ARGV[3])
if #ARGV > 3 and call('EXISTS', run) == 1 then addHops(4) end
return false
`,
)

/** task, limit → name, bytes… of the last ones, in their order. The values stay where they are. */
const sizes = script(
  keys,
  `
local steps = run .. ':steps'
local kept = {}
for i, name in ipairs(call('HKEYS', steps)) do
  local value = call('HGET', steps, name)
  local place = string.match(value, '^%d+')
  kept[i] = { tonumber(place), name, #value - #place - 1 }
end
table.sort(kept, function(a, b) return a[1] < b[1] end)
local answer = {}
for i = math.max(1, #kept - tonumber(ARGV[2]) + 1), #kept do
  answer[#answer + 1] = kept[i][2]
  answer[#answer + 1] = kept[i][3]
end
return answer
`,
)

export function redisSteps(db: Database): Steps {
  const keyOf = (taskId: string) => `${db.prefix}run:${taskId}:steps`

  return {
    async find(taskId, name) {
      const kept = await answered(db.redis.hget(keyOf(taskId), cleanText(name)))
      return kept === null ? undefined : { value: readValue(kept) }
    },

    async save(taskId, name, value, event) {
      const json = toJson(value)
      const kept = await db.run(save, taskId, cleanText(name), json, ...(event === undefined ? [] : [toJson(event)]))
      return typeof kept === 'string' ? readValue(kept) : fromJson<unknown>(json)
    },

    async list(taskId) {
      const steps = Object.entries(await answered(db.redis.hgetall(keyOf(taskId))))
      return steps
        .sort(([, a], [, b]) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
        .map(([name, kept]) => ({ name, value: readValue(kept) }))
    },

    async sizes(taskId, limit) {
      const answer = asList(await db.run(sizes, taskId, limit))
      return answer.flatMap((name, at) => (at % 2 === 0 ? [{ name: String(name), bytes: Number(answer[at + 1]) }] : []))
    },
  }
}

function readValue(kept: string): unknown {
  return fromJson<unknown>(kept.slice(kept.indexOf(' ') + 1))
}
