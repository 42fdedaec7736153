import { join } from 'node:path'
import { type BackendAt, makeQueueTables } from '../../queues/backend.ts'
import { openLog } from '../../src/app/machine/log.ts'
import { openEmbeddedStore } from '../../src/store/embedded/index.ts'
import type { ServerOptions } from './config.ts'

/** Where a floor's queues live: in the same kind of place as ours. */
export async function queuesAt({ redisUrl, dataDir }: ServerOptions): Promise<BackendAt> {
  if (redisUrl !== undefined) return { kind: 'redis', url: redisUrl }
  const keep = { runsMs: 86_400_000, deliveriesMs: 86_400_000 }
  const store = await openEmbeddedStore({
    dataDir: join(dataDir, 'store'),
    keep,
    migrateQueues: makeQueueTables,
    onError: () => {},
    log: openLog('warn'),
  })
  return { kind: 'embedded', pool: store.pool }
}
