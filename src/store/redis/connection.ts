import { setTimeout as after } from 'node:timers/promises'
import { Redis } from 'ioredis'

export interface ConnectionOptions {
  url: string
  commandTimeoutMs: number
  onError(error: Error): void
}

/**
 * One connection that fails fast: a command is refused at once while Redis is away, given up after `commandTimeoutMs`
 * when it does not answer, and never sent a second time by itself. It reconnects for as long as it is not closed.
 */
export function openConnection({ url, commandTimeoutMs, onError }: ConnectionOptions): Redis {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: commandTimeoutMs,
    commandTimeout: commandTimeoutMs,
    disconnectTimeout: commandTimeoutMs,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(times * 50, 1_000),
  })
  redis.on('error', onError)
  return redis
}

/**
 * Resolves once it is connected, or when the first try failed or took too long: errors go to `onError`, and the tries
 * go on.
 */
export async function tryToConnect(redis: Redis, withinMs: number): Promise<void> {
  const tooLong = new AbortController()
  const connected = redis.connect().catch(() => undefined)
  await Promise.race([connected, after(withinMs, undefined, { signal: tooLong.signal }).catch(() => undefined)])
  tooLong.abort()
}

export async function closeConnection(redis: Redis): Promise<void> {
  await redis.quit().catch(() => redis.disconnect())
}
