import { join } from 'node:path'
import type { Config } from '../../../config/config.ts'
import { type BackendAt, makeQueueTables } from '../../../queues/backend.ts'
import type { Log } from '../../core/log.ts'
import { hasEmbeddedStore, openEmbeddedStore } from '../../store/embedded/index.ts'
import { patientSignals } from '../../store/patient-signals.ts'
import { openRedisStore } from '../../store/redis/index.ts'
import type { Store } from '../../store/store.ts'

/** As long as the queues wait: a callback that cannot be stored is refused within a second. */
const ANSWER_MS = 800

type StoreConfig = Pick<Config, 'redisUrl' | 'dataDir' | 'limits'>

/** Whether opening the store will make one, which takes some seconds. */
export function isFirstStart({ redisUrl, dataDir }: Pick<Config, 'redisUrl' | 'dataDir'>): boolean {
  return redisUrl === undefined && !hasEmbeddedStore(folderOf(dataDir))
}

function folderOf(dataDir: string): string {
  return join(dataDir, 'store')
}

export interface OpenedStore {
  store: Store
  queuesAt: BackendAt
}

/** Opens the store that config names, and says where the queues live: beside it. */
export async function openStore(config: StoreConfig, log: Log, onError: (error: Error) => void): Promise<OpenedStore> {
  const keep = { runsMs: config.limits.runsKeptMs, deliveriesMs: config.limits.runsKeptMs }
  if (config.redisUrl !== undefined) {
    const store = await openRedisStore({ url: config.redisUrl, commandTimeoutMs: ANSWER_MS, keep, onError })
    return {
      store: { ...store, signals: patientSignals(store.signals, log) },
      queuesAt: { kind: 'redis', url: config.redisUrl },
    }
  }
  const store = await openEmbeddedStore({
    dataDir: folderOf(config.dataDir),
    keep,
    migrateQueues: makeQueueTables,
    onError,
    log,
  })
  return { store, queuesAt: { kind: 'embedded', pool: store.pool } }
}
