import { script } from './script.ts'

/*
 * delivery:<id>   hash: the record            line:<channel>:<chat>  list: ids, the head goes next
 * outbox:due      zset: next look → line      outbox:waiting         hash: channel → how many are not settled
 * outbox:pauses   zset: until → channel or line
 * outbox:settled  zset: when → id             outbox:of:<task>       list: ids
 * said:<line>     zset: when → the platform's id of what was sent
 * spent:<channel>, spent:<line>  list: times of the last sends, newest first, as many as the largest limit counts
 */
export const keys = `
local DUE, WAITING, PAUSES, SETTLED = P .. 'outbox:due', P .. 'outbox:waiting', P .. 'outbox:pauses', P .. 'outbox:settled'
local function keyOf(id) return P .. 'delivery:' .. id end
local function lineKey(line) return P .. 'line:' .. line end
`

/** Marks the head of a line as being sent. */
const claim = `
local function claim(id, line, now, leaseMs, route)
  call('HSET', keyOf(id), 'state', 'sending', 'begun', 1, 'leaseUntil', now + leaseMs, 'updatedAt', now)
  if route then call('HSET', keyOf(id), 'route', route) else call('HDEL', keyOf(id), 'route') end
  call('HINCRBY', keyOf(id), 'attempts', 1)
  call('ZADD', DUE, now + leaseMs, line)
end
`

/** Ends a delivery that stands in a line. */
const leave = `
local function leave(id, line, channel, now, ...)
  call('HSET', keyOf(id), 'updatedAt', now, ...)
  call('LREM', lineKey(line), 1, id)
  call('HINCRBY', WAITING, channel, -1)
  call('ZADD', SETTLED, now, id)
end
`

/**
 * Limits come as 'count,windowMs,count,windowMs'. A send is stamped no earlier than the one before it, so that the windows hold when clocks differ.
 * The time to live only tidies up; the minute more is for clocks that differ from Redis's.
 */
const limits = `
local function pairsOf(text)
  local numbers = {}
  for number in string.gmatch(text, '%d+') do numbers[#numbers + 1] = tonumber(number) end
  return numbers
end
local function freeAt(spent, limits)
  local at = 0
  for i = 1, #limits, 2 do
    local stamp = call('LINDEX', spent, limits[i] - 1)
    if stamp then at = math.max(at, stamp + limits[i + 1]) end
  end
  return at
end
local function spend(spent, limits, now)
  if #limits == 0 then return end
  local count, windowMs = 0, 0
  for i = 1, #limits, 2 do
    count, windowMs = math.max(count, limits[i]), math.max(windowMs, limits[i + 1])
  end
  if call('LPUSH', spent, math.max(now, call('LINDEX', spent, 0) or 0)) > count then call('LTRIM', spent, 0, count - 1) end
  call('PEXPIRE', spent, windowMs + 60000)
end
`

/** When the next of a line may go: never before its own time, the end of a pause, or the limits. */
const permit = `
local function mayGoAt(line, channel, notBefore, account, chat)
  local pauses = call('ZMSCORE', PAUSES, channel, line)
  return math.max(notBefore, pauses[1] or 0, pauses[2] or 0,
    freeAt(P .. 'spent:' .. channel, account), freeAt(P .. 'spent:' .. line, chat))
end
local function spendBoth(line, channel, account, chat, now)
  spend(P .. 'spent:' .. channel, account, now)
  spend(P .. 'spent:' .. line, chat, now)
end
`

/** When the head of a line wants to be looked at; nothing when the line is empty. */
const look = `
local function look(line, now)
  local id = call('LINDEX', lineKey(line), 0)
  if not id then
    call('ZREM', DUE, line)
    return false
  end
  local head = call('HMGET', keyOf(id), 'state', 'leaseUntil', 'notBefore')
  local at = math.max(now, head[1] == 'sending' and head[2] or head[3])
  call('ZADD', DUE, at, line)
  return at
end
`

/**
 * line, channel, notBefore, now or '' (no permit), leaseMs, account, chat, route or '', then for each: id, JSON, createdAt, expiresAt, task or ''
 * → {'yours'}: the first, as it was offered; {'wait', untilMs} or {'empty'}
 */
export const offer = script(
  keys,
  limits,
  permit,
  `
local line, channel, notBefore, now = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local added = 0
local function add(i, ...)
  local id, task = ARGV[i], ARGV[i + 4]
  call('HSET', keyOf(id), 'delivery', ARGV[i + 1], 'line', line, 'channel', channel, 'expiresAt', ARGV[i + 3], 'task', task,
    'notBefore', notBefore, ...)
  if task ~= '' then call('RPUSH', P .. 'outbox:of:' .. task, id) end
  added = added + 1
  return call('RPUSH', lineKey(line), id)
end

local next = 9
local due
local isTaken = false
local isNewHead = call('EXISTS', keyOf(ARGV[next]), lineKey(line)) == 0
if isNewHead and now and now <= tonumber(ARGV[next + 3]) then
  local account, chat = pairsOf(ARGV[6]), pairsOf(ARGV[7])
  due = mayGoAt(line, channel, notBefore, account, chat)
  if due <= now then
    isTaken = true
    due = now + ARGV[5]
    spendBoth(line, channel, account, chat, now)
    add(next, 'state', 'sending', 'attempts', 1, 'begun', 1, 'leaseUntil', due, 'updatedAt', now)
    if ARGV[8] ~= '' then call('HSET', keyOf(ARGV[next]), 'route', ARGV[8]) end
    next = next + 5
  end
end
for i = next, #ARGV, 5 do
  if call('EXISTS', keyOf(ARGV[i])) == 0 then
    local place = add(i, 'state', 'queued', 'attempts', 0, 'updatedAt', ARGV[i + 2])
    if place == 1 then due = due or notBefore end
  end
end
if added > 0 then call('HINCRBY', WAITING, channel, added) end
if due then call('ZADD', DUE, due, line) end
if isTaken then return { 'yours' } end
due = due or call('ZSCORE', DUE, line)
return due and { 'wait', tonumber(due) } or { 'empty' }
`,
)

/** line, channel, now, leaseMs, account, chat, repeatsShowTwice, looksUp → {'yours', record}, {'wait', untilMs} or {'empty'} */
export const take = script(
  keys,
  limits,
  permit,
  claim,
  leave,
  `
local line, channel, now = ARGV[1], ARGV[2], tonumber(ARGV[3])
local account, chat = pairsOf(ARGV[5]), pairsOf(ARGV[6])
local RODE = 'it rode on an acknowledgement while its process died; whoever got that has read it'
local DIED = 'its process died while it was sent; it may have arrived'
while true do
  local id = call('LINDEX', lineKey(line), 0)
  if not id then
    call('ZREM', DUE, line)
    return { 'empty' }
  end
  local head = call('HMGET', keyOf(id), 'state', 'leaseUntil', 'notBefore', 'expiresAt', 'route', 'doubtSince', 'updatedAt')
  local isLost = head[1] == 'sending'
  local doubt = head[6] or (isLost and ARGV[7] == '1' and head[7])
  if isLost and tonumber(head[2]) > now then return { 'wait', tonumber(head[2]) } end
  if isLost and head[5] == 'passive' then
    leave(id, line, channel, now, 'state', 'unsure', 'why', RODE)
  elseif doubt and (ARGV[8] ~= '1' or now > tonumber(head[4])) then
    leave(id, line, channel, now, 'state', 'unsure', 'why', isLost and DIED or call('HGET', keyOf(id), 'why'))
  elseif now > tonumber(head[4]) then
    if isLost then call('HSET', keyOf(id), 'maybeTwice', 1) end
    leave(id, line, channel, now, 'state', 'expired')
  else
    local none = {}
    local at = mayGoAt(line, channel, head[3], doubt and none or account, doubt and none or chat)
    if at > now then
      call('ZADD', DUE, at, line)
      return { 'wait', at }
    end
    if isLost and not doubt then call('HSET', keyOf(id), 'maybeTwice', 1) end
    if doubt then call('HSET', keyOf(id), 'doubtSince', doubt) else spendBoth(line, channel, account, chat, now) end
    claim(id, line, now, ARGV[4])
    return { 'yours', call('HGETALL', keyOf(id)) }
  end
end
`,
)

/** id, now, leaseMs → record, or nothing */
export const takePassive = script(
  keys,
  claim,
  `
local id, now = ARGV[1], tonumber(ARGV[2])
local known = call('HMGET', keyOf(id), 'state', 'begun', 'line', 'expiresAt', 'route', 'leaseUntil')
local isNew = known[1] == 'queued' and not known[2]
local isLost = known[1] == 'sending' and known[5] == 'passive' and tonumber(known[6]) <= now
if not (isNew or isLost) or now > tonumber(known[4]) then return false end
if call('LINDEX', lineKey(known[3]), 0) ~= id then return false end
claim(id, known[3], now, ARGV[3], 'passive')
return call('HGETALL', keyOf(id))
`,
)

/** id, attempt, state, now, why, notBefore, costsAttempt, route, receipt, doubtSince or '', platformMessageId or '' → lookAt, or nothing when the line is empty */
export const settle = script(
  keys,
  leave,
  look,
  `
local id, verdict, now, why = ARGV[1], ARGV[3], tonumber(ARGV[4]), ARGV[5]
local known = call('HMGET', keyOf(id), 'state', 'attempts', 'line', 'channel', 'why')
local state, line = known[1], known[3]
if not state then return false end
local holds = state == 'sending' and known[2] == ARGV[2]
if verdict == 'again' then
  if holds then
    call('HSET', keyOf(id), 'state', 'queued', 'why', why, 'notBefore', ARGV[6], 'updatedAt', now)
    call('HDEL', keyOf(id), 'route', 'doubtSince')
    if ARGV[10] ~= '' then call('HSET', keyOf(id), 'doubtSince', ARGV[10]) end
    if ARGV[7] == '0' then call('HINCRBY', keyOf(id), 'attempts', -1) end
  end
elseif holds or (verdict == 'sent' and state ~= 'sent') then
  local result = { 'state', verdict }
  if verdict == 'sent' then result = { 'state', verdict, 'route', ARGV[8], 'receipt', ARGV[9] } end
  if state == 'sending' or state == 'queued' then
    leave(id, line, known[4], now, unpack(result))
  else
    call('HSET', keyOf(id), 'updatedAt', now, unpack(result))
  end
  call('HDEL', keyOf(id), 'doubtSince')
  if verdict == 'sent' and ARGV[11] ~= '' then
    local said = P .. 'said:' .. line
    call('ZADD', said, now, ARGV[11])
    call('ZREMRANGEBYRANK', said, 0, -201)
    call('PEXPIRE', said, 86400000 + 3600000)
  end
  if why ~= '' then
    call('HSET', keyOf(id), 'why', why)
  elseif known[5] then
    call('HDEL', keyOf(id), 'why')
  end
end
return look(line, now)
`,
)

/** id, expiresAt, now → whether it did */
export const resend = script(
  keys,
  look,
  `
local id, now = ARGV[1], tonumber(ARGV[3])
local known = call('HMGET', keyOf(id), 'state', 'line', 'channel')
local state, line = known[1], known[2]
if state ~= 'refused' and state ~= 'unsure' and state ~= 'expired' then return 0 end
call('HSET', keyOf(id), 'state', 'queued', 'expiresAt', ARGV[2], 'notBefore', now, 'updatedAt', now)
call('HDEL', keyOf(id), 'doubtSince')
if state == 'unsure' then call('HSET', keyOf(id), 'maybeTwice', 1) end
call('HINCRBY', WAITING, known[3], 1)
call('ZREM', SETTLED, id)
if call('RPUSH', lineKey(line), id) == 1 then look(line, now) end
return 1
`,
)

/** task → records */
export const ofTask = script(`
local records = {}
for i, id in ipairs(call('LRANGE', P .. 'outbox:of:' .. ARGV[1], 0, -1)) do records[i] = call('HGETALL', P .. 'delivery:' .. id) end
return records
`)

/** settledBefore, now, limit → how many were removed, pauses that are over not counted */
export const sweepOutbox = script(
  keys,
  `
call('ZREMRANGEBYSCORE', PAUSES, '-inf', ARGV[2])
local ids = call('ZRANGEBYSCORE', SETTLED, '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[3])
for _, id in ipairs(ids) do
  local task = call('HGET', keyOf(id), 'task')
  if task and task ~= '' then call('LREM', P .. 'outbox:of:' .. task, 1, id) end
  call('DEL', keyOf(id))
  call('ZREM', SETTLED, id)
end
return #ids
`,
)
