import { rmSync } from 'node:fs'
import { createPostgresBackend, DelayedError, type Job, Queue, QueueEvents, Worker } from 'bullmq'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StoreUnavailableError } from '../../src/core/errors.ts'
import { type EmbeddedStore, openEmbeddedStore } from '../../src/store/embedded/index.ts'
import { Pool } from '../../src/store/embedded/postgres/pool.ts'
import { day, noon, unique } from '../contracts/store/samples.ts'
import { anEmbeddedFolder } from '../fakes/embedded-folder.ts'

let folder: string
let store: EmbeddedStore
let pool: Pool
const errors: Error[] = []

beforeAll(async () => {
  folder = await anEmbeddedFolder()
  store = await openEmbeddedStore({
    dataDir: folder,
    keep: { runsMs: day, deliveriesMs: day },
    onError: (error) => errors.push(error),
    log: { debug() {}, info() {}, warn() {}, error() {} },
  })
  if (!(store.pool instanceof Pool)) throw new Error('the pool is not ours')
  pool = store.pool
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
  expect(errors).toEqual([])
})

describe('BullMQ on the pool', () => {
  const ends: { close(): Promise<void> }[] = []
  afterAll(async () => {
    for (const end of ends.splice(0).toReversed()) await end.close()
  })

  function aQueue() {
    const queue = new Queue(unique('queue'), { connection: pool }, createPostgresBackend)
    ends.push(queue)
    return queue
  }
  function work(
    queue: ReturnType<typeof aQueue>,
    run: (job: Job, token?: string) => Promise<unknown>,
    concurrency = 1,
  ) {
    const worker = new Worker(queue.name, run, { connection: pool, concurrency }, createPostgresBackend)
    ends.push(worker)
    return worker
  }
  /** Works the queue until so many jobs have completed; what they did, in order. */
  async function worked(
    queue: ReturnType<typeof aQueue>,
    count: number,
    run: (job: Job, token?: string) => Promise<unknown>,
  ) {
    const done: string[] = []
    const all = Promise.withResolvers<string[]>()
    work(queue, run).on('completed', (job) => {
      done.push(`${job.id}`)
      if (done.length === count) all.resolve(done)
    })
    return all.promise
  }

  test('an id is added once', async () => {
    const queue = aQueue()
    await Promise.all(Array.from({ length: 50 }, () => queue.add('a', {}, { jobId: 'twin' })))
    expect(await queue.count()).toBe(1)
    expect(await worked(queue, 1, async () => undefined)).toEqual(['twin'])
    await queue.add('a', {}, { jobId: 'twin' })
    expect(await queue.count()).toBe(0)
  })

  test('priorities go in their order, the same one in the order of arrival', async () => {
    const queue = aQueue()
    const ids = ['c3', 'a1', 'b2', 'a1-next'] as const
    for (const id of ids) await queue.add('a', {}, { jobId: id, priority: Number(id[1]) })
    expect(await worked(queue, 4, async () => undefined)).toEqual(['a1', 'a1-next', 'b2', 'c3'])
  })

  test('a delayed job waits, and one that delays itself comes again', async () => {
    const queue = aQueue()
    const startedAt = Date.now()
    await queue.add('a', {}, { jobId: 'delayed', delay: 100 })
    await queue.add('a', {}, { jobId: 'snoozed' })
    let snoozes = 0
    const order = await worked(queue, 2, async (job, token) => {
      if (job.id !== 'snoozed' || snoozes++ > 0) return
      await job.moveToDelayed(Date.now() + 250, token)
      throw new DelayedError()
    })
    expect(order).toEqual(['delayed', 'snoozed'])
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(250)
    expect(snoozes).toBe(2)
  })

  test('a failed attempt is tried again', async () => {
    const queue = aQueue()
    await queue.add('a', {}, { jobId: 'a', attempts: 3, backoff: { type: 'fixed', delay: 10 } })
    let tries = 0
    await worked(queue, 1, async () => {
      tries += 1
      if (tries < 3) throw new Error('again')
    })
    expect(tries).toBe(3)
  })

  test('events tell of 200 jobs at once, each with its result', async () => {
    const queue = aQueue()
    const connection = pool
    const events = new QueueEvents(
      queue.name,
      { connection, blockingTimeout: 1_000, lastEventId: '0' },
      createPostgresBackend,
    )
    ends.push(events)
    const results = new Set<unknown>()
    const all = Promise.withResolvers<void>()
    events.on('completed', ({ returnvalue }) => {
      results.add(returnvalue)
      if (results.size === 200) all.resolve()
    })
    work(queue, async (job) => job.data.i, 10)
    await queue.addBulk(
      Array.from({ length: 200 }, (_, i) => ({ name: 'a', data: { i }, opts: { jobId: `job-${i}` } })),
    )
    await all.promise
    expect(await queue.getWorkersCount()).toBe(1)
  })

  test('an add inside a transaction is part of it', async () => {
    const queue = aQueue()
    await queue.waitUntilReady()
    await expect(
      pool.transaction(async () => {
        await queue.add('a', {}, { jobId: 'gone' })
        throw new Error('changed its mind')
      }),
    ).rejects.toThrow('changed its mind')
    await pool.transaction(() => queue.add('a', {}, { jobId: 'kept' }))
    expect((await queue.getWaiting()).map((job) => job.id)).toEqual(['kept'])
  })
})

describe('the pool', () => {
  test("what others write is not rolled back with somebody's transaction", async () => {
    const client = await pool.connect()
    await client.query('BEGIN')
    await client.query("INSERT INTO huitou.setting VALUES ('mine', 'x')")
    const others = store.settings.set('theirs', 'x')
    await client.query('ROLLBACK')
    await others
    client.release()
    expect(await store.settings.get('mine', noon)).toBeUndefined()
    expect(await store.settings.get('theirs', noon)).toBe('x')
  })

  test('transactions of many follow one another', async () => {
    await store.counters.add('many', 0, noon, day)
    await Promise.all(
      Array.from({ length: 50 }, () =>
        pool.transaction(async () => {
          const before = await store.counters.get('many', noon)
          await store.counters.add('many', 1, noon, day)
          expect(await store.counters.get('many', noon)).toBe(before + 1)
        }),
      ),
    )
    expect(await store.counters.get('many', noon)).toBe(50)
  })

  test('a client released in the middle of a transaction leaves nothing of it', async () => {
    const client = await pool.connect()
    await client.query('BEGIN')
    await client.query("INSERT INTO huitou.setting VALUES ('left', 'x')")
    client.release()
    expect(await store.settings.get('left', noon)).toBeUndefined()
  })

  test('a transaction that does not say so at its start is refused', async () => {
    await expect(pool.query("SELECT 1; BEGIN; INSERT INTO huitou.setting VALUES ('hidden', 'x')")).rejects.toThrow(
      /BEGIN/,
    )
    expect(await store.settings.get('hidden', noon)).toBeUndefined()
  })

  test('an error tells what PostgreSQL said, and the session goes on', async () => {
    await expect(pool.query('SELECT * FROM nowhere WHERE a = $1', [1])).rejects.toMatchObject({ code: '42P01' })
    await expect(pool.query('SELECT 1 / $1::int', [0])).rejects.toMatchObject({ code: '22012' })
    expect(
      (await pool.query('SELECT $1::int AS a, $2::text[] AS b, $3::json AS c', [1, ['x', '{"'], { d: null }])).rows,
    ).toEqual([{ a: 1, b: ['x', '{"'], c: { d: null } }])
    expect(await pool.query('UPDATE huitou.setting SET value = $1 WHERE name = $2', ['y', 'theirs'])).toMatchObject({
      rowCount: 1,
    })
  })

  test('a thread that answers nothing fails those who wait after five seconds, and is used again when it answers', async () => {
    const stuck = pool.query('SELECT pg_sleep($1)', [6.5])
    const waiting = store.ping()
    await expect(stuck).rejects.toThrow(StoreUnavailableError)
    await expect(waiting).rejects.toThrow(/does not answer/)
    await expect(store.ping()).rejects.toThrow(StoreUnavailableError)
    await expect.poll(() => store.ping().then(() => 'well', String), { timeout: 10_000 }).toBe('well')
    expect(errors.splice(0)).toHaveLength(1)
  })
})
