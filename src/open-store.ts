import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { type BackendAt, makeQueueTables } from '../queues/backend.ts'
import type { Log } from './core/log.ts'
import { openEmbeddedStore } from './store/embedded/index.ts'
import { patientSignals } from './store/patient-signals.ts'
import { openRedisStore } from './store/redis/index.ts'
import type { Store } from './store/store.ts'

/** As long as the queues wait: a callback that cannot be stored is refused within a second. */
const ANSWER_MS = 800

/** Opens the store that config names, and says where the queues live: beside it. */
export async function openStore(
  config: Pick<Config, 'redisUrl' | 'dataDir' | 'limits'>,
  log: Log,
  onError: (error: Error) => void,
): Promise<{ store: Store; queuesAt: BackendAt }> {
  const keep = { runsMs: config.limits.runsKeptMs, deliveriesMs: config.limits.runsKeptMs }
  if (config.redisUrl !== undefined) {
    const store = await openRedisStore({ url: config.redisUrl, commandTimeoutMs: ANSWER_MS, keep, onError })
    return {
      store: { ...store, signals: patientSignals(store.signals, log) },
      queuesAt: { kind: 'redis', url: config.redisUrl },
    }
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
