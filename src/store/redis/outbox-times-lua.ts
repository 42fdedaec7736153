import { keys } from './outbox-lua.ts'
import { script } from './script.ts'

/* Moves of the outbox that change nothing but when something may be taken. */

/** id, attempt, until → whether it did */
export const prolong = script(
  keys,
  `
local known = call('HMGET', keyOf(ARGV[1]), 'state', 'attempts', 'line')
if known[1] ~= 'sending' or known[2] ~= ARGV[2] then return 0 end
call('HSET', keyOf(ARGV[1]), 'leaseUntil', ARGV[3])
call('ZADD', DUE, ARGV[3], known[3])
return 1
`,
)

/** line, now */
export const resume = script(
  keys,
  `
local line = ARGV[1]
call('ZREM', PAUSES, line)
local id = call('LINDEX', lineKey(line), 0)
if not id or call('HGET', keyOf(id), 'state') ~= 'queued' then return end
call('HSET', keyOf(id), 'notBefore', ARGV[2])
call('ZADD', DUE, ARGV[2], line)
`,
)
