import { type Backend, openBackend } from '../../queues/backend.ts'
import { anEmbeddedStore } from '../fakes/embedded-store.ts'
import { startRedisServer } from '../fakes/redis-server.ts'

export interface OpenedBackend {
  backend: Backend
  close(): Promise<void>
}

/** The queues of each store; undefined where there is no redis-server. */
export const backends: Record<'embedded' | 'redis', () => Promise<OpenedBackend | undefined>> = {
  async embedded() {
    const store = await anEmbeddedStore()
    const backend = openBackend({ kind: 'embedded', pool: store.pool }, { leaseMs: 10_000, onError: () => undefined })
    return {
      backend,
      async close() {
        await backend.close()
        await store.close()
      },
    }
  },
  async redis() {
    const redis = await startRedisServer()
    if (redis === undefined) return undefined
    const backend = openBackend({ kind: 'redis', url: redis.url }, { leaseMs: 10_000, onError: () => undefined })
    return {
      backend,
      async close() {
        await backend.close()
        await redis.stop()
      },
    }
  },
}
