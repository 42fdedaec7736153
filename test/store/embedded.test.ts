import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPostgresBackend, Queue, runMigrations, Worker } from 'bullmq'
import { afterEach, describe, expect, test } from 'vitest'
import { openEmbeddedStore } from '../../src/store/embedded/index.ts'
import { Pool } from '../../src/store/embedded/postgres/pool.ts'
import { clean } from '../../src/store/embedded/upkeep.ts'
import { aDelivery, aLine, aPermit, day, noon, sentAt } from '../contracts/store/samples.ts'
import { storeContract } from '../contracts/store.ts'
import { anEmbeddedFolder } from '../fakes/embedded-folder.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

function open(dataDir: string) {
  return openEmbeddedStore({
    dataDir,
    keep: { runsMs: 7 * day, deliveriesMs: 7 * day },
    migrateQueues: runMigrations,
    onError: () => {},
    log: { debug() {}, info() {}, warn() {}, error() {} },
  })
}

storeContract('the embedded store', async () => {
  const dataDir = await anEmbeddedFolder()
  let store = await open(dataDir)
  return {
    store,
    async reopen() {
      await store.close()
      store = await open(dataDir)
      return store
    },
    async close() {
      await store.close()
      rmSync(dataDir, { recursive: true })
    },
  }
})

describe('opening the embedded store', () => {
  async function aFolder(): Promise<string> {
    const folder = await anEmbeddedFolder()
    ends.push(() => rmSync(folder, { recursive: true }))
    return folder
  }

  test('a folder belongs to one at a time', async () => {
    const folder = await aFolder()
    const store = await open(folder)
    await expect(open(folder)).rejects.toThrow(
      `another Huitou process is using the data folder ${folder}: stop it first`,
    )
    await store.close()
    await (await open(folder)).close()
  })

  test('data of another PostgreSQL is refused, and the folder is free again', async () => {
    const folder = await aFolder()
    writeFileSync(join(folder, 'pg', 'PG_VERSION'), '17\n')
    for (let i = 0; i < 2; i++) {
      await expect(open(folder)).rejects.toThrow(/was written by PostgreSQL 17, and this Huitou reads PostgreSQL 18/)
    }
  })

  test('data of a newer Huitou is refused', async () => {
    const folder = await aFolder()
    const store = await open(folder)
    await store.pool.query("INSERT INTO huitou.migration (name) VALUES ('9999-from-the-future')")
    await store.close()
    await expect(open(folder)).rejects.toThrow(/written by a newer Huitou \(it has 9999-from-the-future\)/)
  })

  test('the PostgreSQL inside is the one whose version is checked', async () => {
    const folder = await aFolder()
    const store = await open(folder)
    ends.push(() => store.close())
    const { rows } = await store.pool.query('SHOW server_version')
    expect(rows[0]?.server_version).toMatch(/^18\./)
  })

  test('what a dead process was working on runs again at once', async () => {
    const folder = await aFolder()
    const before = await open(folder)
    const connection = before.pool
    const queue = new Queue('tasks', { connection }, createPostgresBackend)
    await queue.add('a', {}, { jobId: 'interrupted' })
    const taker = new Worker('tasks', null, { connection }, createPostgresBackend)
    expect((await taker.getNextJob('a-dead-token'))?.id).toBe('interrupted')
    await taker.close(true)
    await queue.close()
    await before.close()

    const after = await open(folder)
    ends.push(() => after.close())
    const again = Promise.withResolvers<unknown>()
    const options = { connection: after.pool, lockDuration: 60_000, stalledInterval: 30_000 }
    const worker = new Worker('tasks', async (job) => again.resolve(job.id), options, createPostgresBackend)
    ends.push(() => worker.close())
    expect(await again.promise).toBe('interrupted')
  })

  test('upkeep takes away what is dead', { timeout: 60_000 }, async () => {
    const folder = await aFolder()
    const store = await open(folder)
    ends.push(() => store.close())
    const pool = store.pool
    if (!(pool instanceof Pool)) throw new Error('the pool is not ours')
    const line = aLine()
    const limits = { account: [{ count: 500, windowMs: day }], chat: [{ count: 3, windowMs: 1 }] }
    for (let i = 0; i < 300; i++) {
      const delivery = aDelivery(line)
      await store.outbox.offer([delivery], { permit: aPermit(noon + i, limits) })
      await store.outbox.applyVerdict(delivery.id, 1, sentAt(noon + i), noon + i)
    }
    const count = async (sql: string) => Number((await pool.query(sql)).rows[0]?.n)
    expect(await count("SELECT count(*) AS n FROM huitou.send WHERE key LIKE 'chat %'")).toBeLessThan(100)
    const dead = "SELECT n_dead_tup AS n FROM pg_stat_user_tables WHERE relname = 'line'"
    expect(await clean(pool)).toBeGreaterThan(0)
    expect(await count(dead)).toBe(0)
    expect(await clean(pool)).toBe(0)
  })
})
