import { startRedisServer } from '../test/fakes/redis-server.ts'
import { print } from './figures.ts'

export const storeNames = ['redis', 'embedded'] as const
export type StoreName = (typeof storeNames)[number]

/** With a Redis of its own, or with none for the embedded store. */
export async function withStore(
  store: StoreName,
  work: (redisUrl: string | undefined) => Promise<void>,
): Promise<void> {
  if (store === 'embedded') return work(undefined)
  const redis = await startRedisServer()
  if (redis === undefined) return print('redis-server is not installed: skipped')
  try {
    await work(redis.url)
  } finally {
    await redis.stop()
  }
}
