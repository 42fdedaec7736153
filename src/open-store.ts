import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { type BackendAt, makeQueueTables } from '../queues/backend.ts'
import type { Log } from './core/log.ts'
import { openEmbeddedStore } from './store/embedded/index.ts'
import { openRedisStore } from './store/redis/index.ts'
import type { Store } from './store/store.ts'

/** Opens the store that config names, and says where the queues live: beside it. */
export async function openStore(
  config: Pick<Config, 'redisUrl' | 'dataDir' | 'limits'>,
  log: Log,
  onError: (error: Error) => void,
): Promise<{ store: Store; queuesAt: BackendAt }> {
  const keep = { runsMs: config.limits.runsKeptMs, deliveriesMs: config.limits.runsKeptMs }
  if (config.redisUrl !== undefined) {
    const store = await openRedisStore({ url: config.redisUrl, keep, onError })
    return { store, queuesAt: { kind: 'redis', url: config.redisUrl } }
  }
  const store = await openEmbeddedStore({
    dataDir: join(config.dataDir, 'store'),
    keep,
    migrateQueues: makeQueueTables,
    onError,
    log,
  })
  return { store, queuesAt: { kind: 'embedded', pool: store.pool } }
}
