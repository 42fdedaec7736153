import {
  createPostgresBackend,
  type Processor,
  Queue,
  type QueueOptions,
  runMigrations,
  Worker,
  type WorkerOptions,
} from 'bullmq'
import { Redis } from 'ioredis'
import { StoreUnavailableError } from '../src/core/errors.ts'

/** Where the queues live: beside the store, in the same Redis or the same embedded database. */
export type BackendAt = { kind: 'redis'; url: string } | { kind: 'embedded'; pool: unknown }

export interface Backend {
  queue<Payload>(name: string): Queue<Payload>
  worker<Payload>(name: string, run: Processor<Payload>, options: { concurrency: number }): Worker<Payload>
  close(): Promise<void>
}

/** One hash tag, so that in a Redis Cluster all queues share a slot. */
const PREFIX = '{huitou}:queue'

const DAY_S = 86_400

/** A killed worker's job runs again soon after its lease; BullMQ's own default is a minute. */
const recoveryWithin = (
  leaseMs: number,
): Pick<WorkerOptions, 'lockDuration' | 'stalledInterval' | 'maxStalledCount' | 'runRetryDelay'> => ({
  lockDuration: leaseMs,
  stalledInterval: leaseMs / 2,
  // A stalled job is never given up here: the run record counts its attempts and ends it.
  maxStalledCount: 1_000_000,
  // After a fault of the store a worker looks again soon; BullMQ's own default leaves it idle for 15 s.
  runRetryDelay: 1_000,
})

/**
 * Finished jobs leave at once: what they were is told by the run record, which is also the dedupe mark. How often a
 * task is tried is decided by the engine; a processor that throws (the store went away) just runs again. Only a payload
 * that cannot be read fails for good, and is kept for operators.
 */
const QUEUE_OPTIONS: Pick<QueueOptions, 'defaultJobOptions' | 'streams'> = {
  defaultJobOptions: {
    attempts: 1_000_000,
    backoff: { type: 'fixed', delay: 1_000, jitter: 0.5 },
    removeOnComplete: true,
    removeOnFail: { age: 7 * DAY_S },
  },
  streams: { events: { maxLen: 1_000 } },
}

export interface BackendOptions {
  /** How long the claims of a killed worker stand. */
  leaseMs: number
  /** Hears of lost connections, which mend themselves. */
  onError(error: Error): void
}

/** Opens the queues' side of the store. */
export function openBackend(at: BackendAt, options: BackendOptions): Backend {
  return at.kind === 'redis' ? redisBackend(at.url, options) : embeddedBackend(at.pool, options)
}

/** Makes the queues' tables in an embedded database, or brings them up to this version. */
export async function makeQueueTables(client: object): Promise<void> {
  // The embedded store's client has the shape BullMQ asks of a pool's client; its tests run BullMQ on it.
  await runMigrations(client as never)
}

function redisBackend(url: string, { leaseMs, onError }: BackendOptions): Backend {
  const recovery = recoveryWithin(leaseMs)
  const retryStrategy = (tries: number): number => Math.min(tries * 50, 1_000)
  // Producers fail fast: a callback must get its 503 while the platform still listens.
  const producer = new Redis(url, {
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    commandTimeout: 1_000,
    connectTimeout: 1_000,
    maxRetriesPerRequest: 1,
    retryStrategy,
  })
  producer.on('error', onError)
  return {
    queue(name) {
      const queue = new Queue(name, { connection: producer, prefix: PREFIX, ...QUEUE_OPTIONS })
      queue.on('error', onError)
      // BullMQ infers job types from the payload in ways a generic cannot follow; both sides say the same.
      return queue as never
    },
    worker(name, run, { concurrency }) {
      const worker = new Worker(name, run, {
        connection: { url, maxRetriesPerRequest: null, retryStrategy },
        prefix: PREFIX,
        concurrency,
        ...recovery,
      })
      worker.on('error', onError)
      return worker
    },
    async close() {
      producer.disconnect()
    },
  }
}

function embeddedBackend(pool: unknown, { leaseMs, onError }: BackendOptions): Backend {
  const recovery = recoveryWithin(leaseMs)
  // The embedded store's pool has the shape BullMQ asks of a `pg.Pool`; its tests run BullMQ on it.
  const connection = pool as never
  return {
    queue(name) {
      const queue = new Queue(name, { connection, ...QUEUE_OPTIONS }, createPostgresBackend)
      queue.on('error', onError)
      return queue as never
    },
    worker(name, run, { concurrency }) {
      const worker = new Worker(name, run as never, { connection, concurrency, ...recovery }, createPostgresBackend)
      worker.on('error', onError)
      return worker as never
    },
    async close() {},
  }
}

/** A platform gets its 503 within a second, the way there and back included. */
const ANSWER_MS = 800

/** Gives up waiting for the store after `ms`: what it was asked may still happen, so it must be safe to ask again. */
export async function within<T>(work: Promise<T>, ms = ANSWER_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StoreUnavailableError(`the queue did not answer within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } catch (error) {
    if (error instanceof StoreUnavailableError) throw error
    throw new StoreUnavailableError('the queue cannot be reached', { cause: error })
  } finally {
    clearTimeout(timer)
  }
}
