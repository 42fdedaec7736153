import { join } from 'node:path'
import type { Log } from '../../core/log.ts'
import type { Store } from '../store.ts'
import { embeddedConversations } from './conversations.ts'
import { embeddedCounters } from './counters.ts'
import { databaseOn } from './database.ts'
import { embeddedFanOuts } from './fan-outs.ts'
import { embeddedFiles } from './files.ts'
import { embeddedGrants } from './grants.ts'
import { embeddedLeases } from './leases.ts'
import { lockFolder } from './lock.ts'
import { migrate } from './migrate.ts'
import { embeddedOrderingKeys } from './ordering-keys.ts'
import { embeddedOutbox } from './outbox.ts'
import { type PgLikeClient, type PgLikePool, Pool } from './postgres/pool.ts'
import { Postgres } from './postgres/postgres.ts'
import { embeddedRuns } from './runs.ts'
import { embeddedSchedules } from './schedules.ts'
import { embeddedSettings } from './settings.ts'
import { embeddedShares } from './shares.ts'
import { embeddedSignals } from './signals.ts'
import { embeddedSteps } from './steps.ts'
import { keepUp } from './upkeep.ts'
import { checkVersion, versionOf } from './version.ts'

export interface EmbeddedStore extends Store {
  /** What BullMQ's PostgreSQL backend is given as its pool. */
  readonly pool: PgLikePool
}

export interface EmbeddedStoreOptions {
  dataDir: string
  keep: { runsMs: number; deliveriesMs: number }
  /** Makes the queues' tables (BullMQ's `runMigrations`); without it there are none. */
  migrateQueues?(client: PgLikeClient): Promise<unknown>
  /** Hears when the database was lost under us; it comes back by itself. */
  onError(error: Error): void
  log: Log
}

/**
 * The store inside this process: PostgreSQL (PGlite) in a thread, its files in a folder that belongs to one process at
 * a time. Throws UsageError when another process has the folder, or when its data is of another version. What was
 * answered survives a kill of the process, not a power cut: PGlite does not wait for the disk.
 */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<EmbeddedStore> {
  const { dataDir, onError, log } = options
  const startedAt = performance.now()
  const lock = lockFolder(dataDir)
  const folder = databaseIn(dataDir)
  const postgres = new Postgres({ folder })
  try {
    checkVersion(folder)
    await postgres.open()
    const pool = new Pool(postgres)
    await prepare(pool, options.migrateQueues)
    postgres.watch()
    postgres.on('lost', onError)
    postgres.on('restored', () => log.info({}, 'embedded store is back'))
    const store = await storeOn(pool, postgres, options, lock)
    log.info({ ms: Math.round(performance.now() - startedAt) }, 'embedded store open')
    return store
  } catch (error) {
    await postgres.close()
    lock.release()
    throw error
  }
}

/** Whether a store was made in this folder before. */
export function hasEmbeddedStore(dataDir: string): boolean {
  return versionOf(databaseIn(dataDir)) !== undefined
}

function databaseIn(dataDir: string): string {
  return join(dataDir, 'pg')
}

async function prepare(pool: Pool, migrateQueues: EmbeddedStoreOptions['migrateQueues']): Promise<void> {
  await migrate(pool)
  // Whoever held these claims is dead, for we are the only owner: they are over at once instead of after their time.
  await pool.query(`
    UPDATE huitou.run SET lease_until = 0 WHERE state = 'running';
    UPDATE huitou.delivery SET lease_until = 0 WHERE state = 'sending' AND ended_at IS NULL;
    UPDATE huitou.line SET look_at = 0 WHERE key IN (SELECT line FROM huitou.delivery WHERE state = 'sending' AND ended_at IS NULL)`)
  if (migrateQueues === undefined) return
  const client = await pool.connect()
  await migrateQueues(client)
  client.release()
  // The same for the jobs that ran.
  await pool.query(`
    UPDATE bullmq.job SET locked_until_ms = 0, stalled_marked = true WHERE state = 'active';
    DELETE FROM bullmq.meta WHERE field = 'stalled-check'`)
}

async function storeOn(
  pool: Pool,
  postgres: Postgres,
  { dataDir, keep, onError, log }: EmbeddedStoreOptions,
  lock: { release(): void },
): Promise<EmbeddedStore> {
  const db = databaseOn(pool)
  const { files, forget } = embeddedFiles(db, join(dataDir, 'files'))
  const upkeep = keepUp(pool, log, () => postgres.taken)
  let closing: Promise<void> | undefined

  async function close(): Promise<void> {
    await upkeep.stop()
    await postgres.close()
    lock.release()
  }

  return {
    kind: 'embedded',
    pool,
    runs: embeddedRuns(db),
    steps: embeddedSteps(db),
    fanOuts: embeddedFanOuts(db),
    outbox: embeddedOutbox(db),
    orderingKeys: embeddedOrderingKeys(db),
    shares: embeddedShares(db),
    grants: embeddedGrants(db),
    leases: embeddedLeases(db),
    counters: embeddedCounters(db),
    settings: embeddedSettings(db),
    files,
    conversations: embeddedConversations(db),
    signals: embeddedSignals(onError),
    schedules: embeddedSchedules(db),

    async ping() {
      await db.rows('SELECT $1::int', 1)
    },

    async sweep(now, limit) {
      const before = [now - keep.runsMs, now - keep.deliveriesMs]
      const { swept, files: gone } = await db.call<{ swept: number; files: string[] }>('sweep', now, ...before, limit)
      await forget(gone)
      return swept
    },

    close() {
      closing ??= close()
      return closing
    },
  }
}
