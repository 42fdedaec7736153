import { script } from './script.ts'

/*
 * run:<id>:pieces  hash, with these fields of each fan:
 *   <fan> name, count, atOnce, round, since, openedAt, ended, done
 *   <fan> cursor     the items before it have begun
 *   <fan> item <i>   its JSON     <fan> end <i>  `d` for done or `x`, and how it ended     <fan> after <i>  what began when it ended, and `last`
 */
const fan = `
local key = P .. 'run:' .. ARGV[1] .. ':pieces'
local at = ARGV[2] .. ' '
local function get(field) return call('HGET', key, at .. field) end
local function number(field) return tonumber(get(field)) end
local function set(field, value) call('HSET', key, at .. field, value) end
local function begin()
  local count, i = number('count'), number('cursor')
  while i < count and call('HEXISTS', key, at .. 'end ' .. i) == 1 do i = i + 1 end
  set('cursor', math.min(i + 1, count))
  return i < count and i
end
local function told()
  local told = { ARGV[2], get('name'), number('count'), number('ended'), number('done'), get('openedAt'), number('round'), number('since') }
  for i = 0, number('cursor') - 1 do
    if call('HEXISTS', key, at .. 'end ' .. i) == 0 then
      told[#told + 1] = i
      told[#told + 1] = get('item ' .. i)
    end
  end
  return told
end
`

/** run, fan, round, now, atOnce, name, items… → the fan */
export const openFan = script(
  fan,
  `
local round = number('round')
if not round then
  set('name', ARGV[6])
  set('since', ARGV[3])
  set('count', #ARGV - 6)
  set('done', 0)
  for i = 7, #ARGV do set('item ' .. (i - 7), ARGV[i]) end
elseif round < tonumber(ARGV[3]) then
  for i = 0, number('count') - 1 do
    local ended = get('end ' .. i)
    call('HDEL', key, at .. 'after ' .. i)
    if ended and string.sub(ended, 1, 1) ~= 'd' then call('HDEL', key, at .. 'end ' .. i) end
  end
else
  return told()
end
set('round', ARGV[3])
set('openedAt', ARGV[4])
set('ended', get('done'))
set('cursor', 0)
for _ = 1, tonumber(ARGV[5]) do begin() end
return told()
`,
)

/** run, fan, round or '' → the fan, or nothing */
export const findFan = script(
  fan,
  `
local round = get('round')
if not round or ARGV[3] ~= '' and round ~= ARGV[3] then return false end
return told()
`,
)

/**
 * run, fan, index, end, whether it is done → { round, since, count, whether it was the last, index and item of the next
 * }, or nothing
 */
export const endChild = script(
  fan,
  `
if not get('round') then return false end
local ending, after = 'end ' .. ARGV[3], 'after ' .. ARGV[3]
if not get(ending) then
  set(ending, (ARGV[5] == '1' and 'd' or 'x') .. ARGV[4])
  if ARGV[5] == '1' then call('HINCRBY', key, at .. 'done', 1) end
  local ended = call('HINCRBY', key, at .. 'ended', 1)
  set(after, ended == number('count') and 'last' or begin() or '')
end
local next = get(after)
local settled = { number('round'), number('since'), number('count'), next == 'last' and 1 or 0 }
if next and next ~= 'last' and next ~= '' then
  settled[5] = tonumber(next)
  settled[6] = get('item ' .. next)
end
return settled
`,
)

/** run, fan → how each ended, false for what has not */
export const endsOfFan = script(
  fan,
  `
local ends = {}
for i = 0, (number('count') or 0) - 1 do ends[i + 1] = get('end ' .. i) end
return ends
`,
)
