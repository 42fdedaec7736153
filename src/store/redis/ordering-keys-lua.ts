import { finish, keys, make } from './runs-lua.ts'
import { script } from './script.ts'

/*
 * row:<row>   zset: place → '<id> <round>', for a task that was opened again has a new place
 * rows        set: the rows that somebody stands in      rows:last  the last place given
 * Whoever has ended is taken out when somebody looks. A task that waits to be called is parked: its leaseUntil is the
 * time when it comes by itself.
 */
const rows = `
local function keyOf(row) return P .. 'row:' .. row end
local function memberOf(id) return id .. ' ' .. (call('HGET', P .. 'run:' .. id, 'round') or '') end
local function liveId(member)
  local id, round = string.match(member, '^(%S+) (%d*)$')
  local known = call('HMGET', P .. 'run:' .. id, 'state', 'round')
  return (known[1] == 'waiting' or known[1] == 'running') and known[2] == round and id
end
local function headOf(row)
  while true do
    local member = call('ZRANGE', keyOf(row), 0, 0)[1]
    if not member then
      call('SREM', P .. 'rows', row)
      return false
    end
    local id = liveId(member)
    if id then return id end
    call('ZREM', keyOf(row), member)
  end
end
`

/** id, owner, task, now, row, parkUntil or '', hops… → { created, record, head } */
export const joinRow = script(
  keys,
  make,
  rows,
  `
local row, now = ARGV[5], ARGV[4]
local created = call('EXISTS', run) == 0
if created then
  make(ARGV[2], ARGV[3], now, 'state', 'waiting', 'attempt', 0, 'epoch', 0, 'leaseUntil', now)
  addHops(7)
end
local state = call('HGET', run, 'state')
if isLive(state) then
  local member = memberOf(id)
  if not call('ZSCORE', keyOf(row), member) then
    call('ZADD', keyOf(row), call('INCR', P .. 'rows:last'), member)
    call('SADD', P .. 'rows', row)
  end
end
local head = headOf(row)
-- One that waits for something else keeps its own time.
if state == 'waiting' and ARGV[6] ~= '' and call('HEXISTS', run, 'waits') == 0 then call('HSET', run, 'leaseUntil', head == id and now or ARGV[6]) end
return { created and 1 or 0, call('HGETALL', run), head }
`,
)

/** row → record, or nothing */
export const headOfRow = script(
  rows,
  `
local head = headOf(ARGV[1])
return head and call('HGETALL', P .. 'run:' .. head)
`,
)

/** row, limit → records, the head first */
export const listRow = script(
  rows,
  `
local found = {}
for _, member in ipairs(call('ZRANGE', keyOf(ARGV[1]), 0, -1)) do
  if #found >= tonumber(ARGV[2]) then break end
  local id = liveId(member)
  if id then found[#found + 1] = call('HGETALL', P .. 'run:' .. id) else call('ZREM', keyOf(ARGV[1]), member) end
end
return found
`,
)

/** row, id → how many stand before it */
export const aheadInRow = script(
  rows,
  `
headOf(ARGV[1])
return call('ZRANK', keyOf(ARGV[1]), memberOf(ARGV[2])) or 0
`,
)

/** head, now, row, task, hop, then for each: id, why, hop → whether it did */
export const mergeRow = script(
  keys,
  finish,
  rows,
  `
local row = ARGV[3]
if headOf(row) ~= id or call('HGET', run, 'state') ~= 'waiting' then return 0 end
for i = 6, #ARGV, 3 do
  local waits = call('HGET', P .. 'run:' .. ARGV[i], 'state') == 'waiting'
  if not waits or not call('ZSCORE', keyOf(row), memberOf(ARGV[i])) then return 0 end
end
call('HSET', run, 'task', ARGV[4])
call('RPUSH', run .. ':hops', ARGV[5])
for i = 6, #ARGV, 3 do
  call('ZREM', keyOf(row), memberOf(ARGV[i]))
  id, run = ARGV[i], P .. 'run:' .. ARGV[i]
  finish('done', ARGV[i + 1], ARGV[2])
  call('RPUSH', run .. ':hops', ARGV[i + 2])
end
return 1
`,
)

/** now, limit → records */
export const parkedHeads = script(
  rows,
  `
local found = {}
for _, row in ipairs(call('SMEMBERS', P .. 'rows')) do
  if #found >= tonumber(ARGV[2]) then break end
  local head = headOf(row)
  local known = head and call('HMGET', P .. 'run:' .. head, 'state', 'leaseUntil', 'waits')
  if known and known[1] == 'waiting' and not known[3] and tonumber(known[2]) > tonumber(ARGV[1]) then
    found[#found + 1] = call('HGETALL', P .. 'run:' .. head)
  end
end
return found
`,
)
