import { cleanText } from '../../core/text/clean.ts'
import type { Files } from '../store.ts'
import { answered } from './faults.ts'
import { type Database, script } from './script.ts'

/* file:<id>  hash: name, type, bytes, expiresAt      files:ends  zset: expiresAt → id */

/** id, name, type, bytes, expiresAt */
const put = script(`
call('HSET', P .. 'file:' .. ARGV[1], 'name', ARGV[2], 'type', ARGV[3], 'bytes', ARGV[4], 'expiresAt', ARGV[5])
call('ZADD', P .. 'files:ends', ARGV[5], ARGV[1])
`)

/** now, limit → how many were removed */
const sweep = script(`
local ids = call('ZRANGEBYSCORE', P .. 'files:ends', '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, id in ipairs(ids) do
  call('UNLINK', P .. 'file:' .. id)
  call('ZREM', P .. 'files:ends', id)
end
return #ids
`)

export function redisFiles(db: Database): Files {
  return {
    async put({ id, name, type, bytes, expiresAt }) {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      await db.run(put, id, cleanText(name), cleanText(type), buffer, expiresAt)
    },
    async get(id, now) {
      const key = `${db.prefix}file:${id}`
      const [name, type, bytes, expiresAt] = await answered(
        db.redis.hmgetBuffer(key, 'name', 'type', 'bytes', 'expiresAt'),
      )
      if (!name || !type || !bytes || Number(expiresAt) <= now) return undefined
      return { name: name.toString(), type: type.toString(), bytes }
    },
  }
}

/** Removes at most `limit` files that have ended. */
export async function sweepFiles(db: Database, now: number, limit: number): Promise<number> {
  return Number(await db.run(sweep, now, limit))
}
