import { type Backend, makeQueueTables, openBackend } from '../../queues/backend.ts'
import { openEmbeddedStore } from '../../src/store/embedded/index.ts'
import { silent } from '../engine/scene-folder.ts'
import { startRedisServer } from '../fakes/redis-server.ts'

export interface OpenedBackend {
  backend: Backend
  close(): Promise<void>
}

/** The queues of each store; undefined where there is no redis-server. */
export const backends: Record<'embedded' | 'redis', () => Promise<OpenedBackend | undefined>> = {
  async embedded() {
    const store = await openEmbeddedStore({
      dataDir: undefined,
      keep: { runsMs: 86_400_000, deliveriesMs: 86_400_000 },
      migrateQueues: makeQueueTables,
      onError: () => undefined,
      log: silent,
    })
    const backend = openBackend({ kind: 'embedded', pool: store.pool }, () => undefined)
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
    const backend = openBackend({ kind: 'redis', url: redis.url }, () => undefined)
    return {
      backend,
      async close() {
        await backend.close()
        await redis.stop()
      },
    }
  },
}
