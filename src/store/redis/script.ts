import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { storeFault } from './faults.ts'

/** A Lua script: one atomic operation, one round trip. */
export interface Script {
  lua: string
  sha: string
}

/**
 * `KEYS[1]` is what all our keys start with (`P`); it carries the hash tag, so all of them live in one slot of a
 * cluster. Users' JSON goes through as text: cjson would make `[]` an object and cut large numbers.
 */
const opening = `
local P = KEYS[1]
local call = redis.call
`

export function script(...lua: string[]): Script {
  const whole = [opening, ...lua].join('\n')
  return { lua: whole, sha: createHash('sha1').update(whole).digest('hex') }
}

/** What a script answers: RESP2 values, whatever the connection speaks. */
export type Reply = null | number | string | Reply[]

/** Our part of a Redis. */
export interface Database {
  redis: Redis
  /** What our keys start with: hash tag and colon. */
  prefix: string
  /** Runs a script. Throws StoreUnavailableError when Redis is away. */
  run(script: Script, ...args: (string | number | Buffer)[]): Promise<Reply>
}

export function database(redis: Redis, prefix: string): Database {
  return {
    redis,
    prefix,
    async run({ lua, sha }, ...args) {
      try {
        // Scripts of ours return nothing else.
        return (await redis.evalsha(sha, 1, prefix, ...args)) as Reply
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw storeFault(error)
      }
      try {
        return (await redis.eval(lua, 1, prefix, ...args)) as Reply
      } catch (error) {
        throw storeFault(error)
      }
    },
  }
}

export function asList(reply: Reply | undefined): Reply[] {
  if (!Array.isArray(reply)) throw new TypeError(`a script answered ${JSON.stringify(reply)} instead of a list`)
  return reply
}

/** The fields of a hash as HGETALL gives them inside a script: name, value, name, value. */
export function asFields(reply: Reply | undefined): Fields {
  const flat = asList(reply)
  const fields: Fields = {}
  for (let i = 0; i < flat.length; i += 2) fields[`${flat[i]}`] = `${flat[i + 1]}`
  return fields
}
export type Fields = Partial<Record<string, string>>
