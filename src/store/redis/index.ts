import type { Store } from '../store.ts'
import { closeConnection, openConnection, tryToConnect } from './connection.ts'
import { redisConversations } from './conversations.ts'
import { redisCounters } from './counters.ts'
import { redisFanOuts } from './fan-outs.ts'
import { answered } from './faults.ts'
import { redisFiles, sweepFiles } from './files.ts'
import { redisGrants } from './grants.ts'
import { redisLeases } from './leases.ts'
import { redisOrderingKeys } from './ordering-keys.ts'
import { redisOutbox, sweepOutbox } from './outbox.ts'
import { redisRuns, sweepRuns } from './runs.ts'
import { redisSchedules } from './schedules.ts'
import { database } from './script.ts'
import { redisSettings, sweepSettings } from './settings.ts'
import { redisShares } from './shares.ts'
import { redisSignals } from './signals.ts'
import { redisSteps } from './steps.ts'

const dayMs = 24 * 60 * 60_000

export interface RedisStoreOptions {
  url: string
  /** The word our keys start with; it becomes the hash tag that keeps them in one slot of a cluster. */
  prefix?: string
  /** How long an operation may take before it counts as unavailable. */
  commandTimeoutMs?: number
  /** How long ended runs and settled deliveries are kept; longer than any platform redelivers. */
  keep?: { runsMs: number; deliveriesMs: number }
  /** Hears of every failed try to connect and of listeners that throw. */
  onError(error: Error): void
}

/**
 * The store on Redis 7 or later. Resolves within about a second also when Redis is away: its operations throw
 * StoreUnavailableError until it is back, and it comes back by itself.
 */
export async function openRedisStore(options: RedisStoreOptions): Promise<Store> {
  const { url, prefix = 'huitou', commandTimeoutMs = 1_000, onError } = options
  const { keep = { runsMs: 7 * dayMs, deliveriesMs: 7 * dayMs } } = options
  const redis = openConnection({ url, commandTimeoutMs, onError })
  const subscriber = openConnection({ url, commandTimeoutMs, onError })
  const db = database(redis, `{${prefix}}:store:`)
  const signals = redisSignals(db, subscriber, onError)
  await Promise.all([redis, subscriber].map((each) => tryToConnect(each, commandTimeoutMs)))

  return {
    kind: 'redis',
    runs: redisRuns(db),
    steps: redisSteps(db),
    fanOuts: redisFanOuts(db),
    outbox: redisOutbox(db),
    orderingKeys: redisOrderingKeys(db),
    shares: redisShares(db),
    grants: redisGrants(db),
    leases: redisLeases(db),
    counters: redisCounters(db),
    settings: redisSettings(db),
    files: redisFiles(db),
    conversations: redisConversations(db),
    signals,
    schedules: redisSchedules(db),

    async ping() {
      await answered(redis.ping())
    },

    async sweep(now, limit) {
      const removed = await Promise.all([
        inBatches(limit, (count) => sweepRuns(db, now - keep.runsMs, count)),
        inBatches(limit, (count) => sweepOutbox(db, now - keep.deliveriesMs, now, count)),
        inBatches(limit, (count) => sweepSettings(db, now, count)),
        inBatches(limit, (count) => sweepFiles(db, now, count)),
      ])
      return removed.reduce((sum, count) => sum + count, 0)
    },

    async close() {
      await Promise.all([closeConnection(redis), closeConnection(subscriber)])
    },
  }
}

/** A script holds up everybody else: long work is cut into pieces of some milliseconds. */
async function inBatches(limit: number, remove: (count: number) => Promise<number>): Promise<number> {
  let removed = 0
  while (removed < limit) {
    const count = Math.min(200, limit - removed)
    const gone = await remove(count)
    removed += gone
    if (gone < count) break
  }
  return removed
}
