import { script } from './script.ts'

/*
 * run:<id>         hash: the record        run:<id>:hops  list: the timeline      run:<id>:steps  see steps.ts
 * runs             zset: number → id       runs:of:<owner>, runs:live: the same for one person, for live runs
 * runs:leased      zset: leaseUntil → id, of runs that are held or wait for something   runs:ended     zset: endedAt → id      runs:number  the last number
 */
export const keys = `
local RUNS, LIVE, LEASED, ENDED = P .. 'runs', P .. 'runs:live', P .. 'runs:leased', P .. 'runs:ended'
local id = ARGV[1]
local run = P .. 'run:' .. id
local function isLive(state) return state == 'waiting' or state == 'running' end
local function addHops(first)
  if #ARGV < first then return end
  local hops = run .. ':hops'
  if call('RPUSH', hops, unpack(ARGV, first)) > 500 then call('LTRIM', hops, -500, -1) end
end
`

export const make = `
local function make(owner, task, now, ...)
  local number = call('INCR', P .. 'runs:number')
  call('HSET', run, 'id', id, 'number', number, 'owner', owner, 'task', task, 'round', 0, 'createdAt', now, ...)
  call('ZADD', RUNS, number, id)
  call('ZADD', P .. 'runs:of:' .. owner, number, id)
  call('ZADD', LIVE, number, id)
  return number
end
`

export const finish = `
local function finish(state, why, now)
  call('HSET', run, 'state', state, 'endedAt', now)
  if why ~= '' then call('HSET', run, 'why', why) end
  call('HDEL', run, 'waits')
  call('ZREM', LIVE, id)
  call('ZREM', LEASED, id)
  call('ZADD', ENDED, now, id)
end
`

/** id, owner, task, now, hops… → {'made', number} or {'known', record} */
export const createRun = script(
  keys,
  make,
  `
local known = call('HGETALL', run)
if #known > 0 then return { 'known', known } end
local number = make(ARGV[2], ARGV[3], ARGV[4], 'state', 'waiting', 'attempt', 0, 'epoch', 0, 'leaseUntil', ARGV[4])
addHops(5)
return { 'made', number }
`,
)

/** id, owner, task, now, leaseMs, hops… → {'made', number}, {'go', record}, {'held', untilMs} or {'over', record} */
export const startRun = script(
  keys,
  make,
  `
local now = tonumber(ARGV[4])
local lease = now + ARGV[5]
local known = call('HMGET', run, 'state', 'leaseUntil', 'waits')
local state, leaseUntil, waits = known[1], known[2], known[3]
if not state then
  local number = make(ARGV[2], ARGV[3], now, 'state', 'running', 'attempt', 1, 'epoch', 1, 'leaseUntil', lease, 'startedAt', now)
  call('ZADD', LEASED, lease, id)
  addHops(6)
  return { 'made', number }
end
if not isLive(state) then return { 'over', call('HGETALL', run) } end
if (state == 'running' or waits) and tonumber(leaseUntil) > now then return { 'held', tonumber(leaseUntil) } end
call('HSET', run, 'state', 'running', 'leaseUntil', lease)
call('HSETNX', run, 'startedAt', now)
call('HDEL', run, 'waits')
call('HINCRBY', run, 'attempt', 1)
call('HINCRBY', run, 'epoch', 1)
call('ZADD', LEASED, lease, id)
return { 'go', call('HGETALL', run) }
`,
)

const whoHolds = `
local held = call('HMGET', run, 'state', 'epoch')
local state, epoch = held[1], held[2]
`

/** id, epoch, now, leaseMs → whether it holds on */
export const renewRun = script(
  keys,
  whoHolds,
  `
if state ~= 'running' or epoch ~= ARGV[2] then return 0 end
local lease = ARGV[3] + ARGV[4]
call('HSET', run, 'leaseUntil', lease)
call('ZADD', LEASED, lease, id)
return 1
`,
)

/** id, epoch, now, snoozed, hops… → whether it did */
export const releaseRun = script(
  keys,
  whoHolds,
  `
if state ~= 'running' or epoch ~= ARGV[2] then return 0 end
call('HSET', run, 'state', 'waiting', 'leaseUntil', ARGV[3])
if ARGV[4] == '1' then call('HINCRBY', run, 'attempt', -1) end
call('ZREM', LEASED, id)
addHops(5)
return 1
`,
)

/** id, epoch, now, waits, untilMs, number of signals, their steps…, hops… → `waits`, `again` or nothing */
export const suspendRun = script(
  keys,
  whoHolds,
  `
if state ~= 'running' or epoch ~= ARGV[2] then return false end
call('HINCRBY', run, 'attempt', -1)
local signals = tonumber(ARGV[6])
addHops(7 + signals)
for i = 7, 6 + signals do
  if call('HEXISTS', run .. ':steps', ARGV[i]) == 1 then
    call('HSET', run, 'state', 'waiting', 'leaseUntil', ARGV[3])
    call('ZREM', LEASED, id)
    return 'again'
  end
end
call('HSET', run, 'state', 'waiting', 'leaseUntil', ARGV[5], 'waits', ARGV[4])
call('ZADD', LEASED, ARGV[5], id)
return 'waits'
`,
)

/** id, now, step, value, hops… → `first`, `known` or nothing */
export const signalRun = script(
  keys,
  `
local known = call('HMGET', run, 'state', 'waits')
if not known[1] or not isLive(known[1]) then return false end
local steps = run .. ':steps'
if call('HSETNX', steps, ARGV[3], call('HLEN', steps) .. ' ' .. ARGV[4]) == 0 then return 'known' end
if known[1] == 'waiting' and known[2] then
  call('HSET', run, 'leaseUntil', ARGV[2])
  call('ZADD', LEASED, ARGV[2], id)
end
addHops(5)
return 'first'
`,
)

/** id, epoch, now, state, why, hops… → whether this is its end. Epoch 0 is nobody's: what never began may be ended by anyone. */
export const finishRun = script(
  keys,
  finish,
  whoHolds,
  `
local neverBegan = state == 'waiting' and epoch == '0'
if not (state == 'running' or neverBegan) or epoch ~= ARGV[2] then return 0 end
finish(ARGV[4], ARGV[5], ARGV[3])
addHops(6)
return 1
`,
)

/** id, now, why, hop → the state it was in, or nothing */
export const cancelRun = script(
  keys,
  finish,
  whoHolds,
  `
if not isLive(state) then return false end
finish('cancelled', ARGV[3], ARGV[2])
addHops(4)
return state
`,
)

/** id, now, hops… → whether it did */
export const reopenRun = script(
  keys,
  `
local known = call('HMGET', run, 'state', 'number')
if not known[1] or isLive(known[1]) then return 0 end
call('HDEL', run, 'endedAt', 'why', 'startedAt', 'progress')
call('HSET', run, 'state', 'waiting', 'attempt', 0, 'leaseUntil', ARGV[2])
call('HINCRBY', run, 'round', 1)
call('ZADD', LIVE, known[2], id)
call('ZREM', ENDED, id)
addHops(3)
return 1
`,
)

/** id, epoch, progress */
export const progressRun = script(
  keys,
  whoHolds,
  `if state == 'running' and epoch == ARGV[2] then call('HSET', run, 'progress', ARGV[3]) end`,
)

/** id, hops… */
export const noteRun = script(keys, `if call('EXISTS', run) == 1 then addHops(2) end`)

/** number → record, or nothing */
export const runByNumber = script(`
local id = call('ZRANGEBYSCORE', P .. 'runs', ARGV[1], ARGV[1])[1]
return id and call('HGETALL', P .. 'run:' .. id)
`)

/** index, before, count → records, newest first */
export const pageOfRuns = script(`
local page = {}
for i, id in ipairs(call('ZREVRANGEBYSCORE', P .. ARGV[1], '(' .. ARGV[2], '-inf', 'LIMIT', 0, ARGV[3])) do
  page[i] = call('HGETALL', P .. 'run:' .. id)
end
return page
`)

/** now, limit → records: expired claims first, so that a long queue does not hide them, then what waits, oldest first */
export const overdueRuns = script(`
local limit = tonumber(ARGV[2])
local found = {}
for i, id in ipairs(call('ZRANGEBYSCORE', P .. 'runs:leased', '-inf', '(' .. ARGV[1], 'LIMIT', 0, limit)) do
  found[i] = call('HGETALL', P .. 'run:' .. id)
end
local running = call('ZCARD', P .. 'runs:leased')
-- Many that are parked must not hide one that is not.
for _, id in ipairs(call('ZRANGE', P .. 'runs:live', 0, 10 * limit + running)) do
  if #found >= limit then break end
  local run = call('HMGET', P .. 'run:' .. id, 'state', 'leaseUntil', 'waits')
  if run[1] == 'waiting' and not run[3] and tonumber(run[2]) < tonumber(ARGV[1]) then found[#found + 1] = call('HGETALL', P .. 'run:' .. id) end
end
return found
`)

/** endedBefore, limit → how many were removed */
export const sweepRuns = script(`
local ids = call('ZRANGEBYSCORE', P .. 'runs:ended', '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2])
for _, id in ipairs(ids) do
  local run = P .. 'run:' .. id
  call('ZREM', P .. 'runs:of:' .. (call('HGET', run, 'owner') or ''), id)
  call('ZREM', P .. 'runs', id)
  call('ZREM', P .. 'runs:ended', id)
  call('DEL', run, run .. ':hops', run .. ':steps')
end
return #ids
`)
