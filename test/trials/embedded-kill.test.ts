import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createPostgresBackend, Queue, runMigrations, Worker } from 'bullmq'
import { afterEach, describe, expect, test } from 'vitest'
import { StoreUnavailableError } from '../../src/core/errors.ts'
import { type EmbeddedStore, openEmbeddedStore } from '../../src/store/embedded/index.ts'
import { aRun, day, noon, unique } from '../contracts/store/samples.ts'
import { anEmbeddedFolder } from '../fakes/embedded-folder.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function aFolder(): Promise<string> {
  const folder = await anEmbeddedFolder()
  ends.push(() => rmSync(folder, { recursive: true }))
  return folder
}

async function open(dataDir: string, onError: (error: Error) => void = () => {}): Promise<EmbeddedStore> {
  const store = await openEmbeddedStore({
    dataDir,
    keep: { runsMs: day, deliveriesMs: day },
    migrateQueues: runMigrations,
    onError,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  })
  ends.push(() => store.close())
  return store
}

/** Starts a writer; `acknowledged` grows with what it says it has stored. */
async function aWriter(dataDir: string, generation: number) {
  const acknowledged: { id: string; number: number }[] = []
  const child = spawn(process.execPath, [join(import.meta.dirname, '../store/writer.ts'), dataDir, `${generation}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  ends.push(() => child.kill('SIGKILL'))
  const opened = Promise.withResolvers<void>()
  const lines = createInterface(child.stdout)
  lines.on('line', (line) => {
    const [id = '', number] = line.split(' ')
    if (id === 'open') opened.resolve()
    else acknowledged.push({ id, number: Number(number) })
  })
  child.once('exit', () => opened.reject(new Error('the writer did not open the store')))
  await opened.promise
  return {
    acknowledged,
    async hasSaid(count: number) {
      while (acknowledged.length < count) await once(lines, 'line')
    },
    async kill() {
      const read = once(lines, 'close')
      child.kill('SIGKILL')
      await read
    },
  }
}

describe('a killed process', () => {
  test('a start that was killed while it made the database is begun anew', { timeout: 60_000 }, async () => {
    const folder = await aFolder()
    rmSync(join(folder, 'pg'), { recursive: true })
    mkdirSync(join(folder, 'pg.new'))
    writeFileSync(join(folder, 'pg.new', 'PG_VERSION'), '18\n')
    const store = await open(folder)
    expect((await store.runs.create(aRun(), noon)).run.number).toBe(1)
    await store.close()
    expect(existsSync(join(folder, 'pg.new'))).toBe(false)
  })

  test('loses nothing that it acknowledged, at ten random moments', { timeout: 120_000 }, async () => {
    const dataDir = await aFolder()
    const acknowledged: { id: string; number: number }[] = []
    for (let generation = 0; generation < 10; generation++) {
      const writer = await aWriter(dataDir, generation)
      if (generation === 0)
        await expect(open(dataDir)).rejects.toThrow(/another Huitou process .*huitou-embedded-.*DATA_DIR/)
      await writer.hasSaid(Math.ceil(Math.random() * 200))
      await writer.kill()
      acknowledged.push(...writer.acknowledged)
    }
    expect(acknowledged.length).toBeGreaterThan(10)
    expect(new Set(acknowledged.map(({ number }) => number)).size).toBe(acknowledged.length)
    const store = await open(dataDir)
    const kept = await Promise.all(acknowledged.map(({ id }) => store.runs.find(id)))
    expect(kept.map((run) => run?.number)).toEqual(acknowledged.map(({ number }) => number))
    expect(await store.runs.timeline(acknowledged.at(-1)?.id ?? '')).toHaveLength(1)
  })
})

const isWell = (store: EmbeddedStore) =>
  store.ping().then(
    () => 'well',
    (error: Error) => error.message,
  )

/** Takes PostgreSQL's log away, which is the end of its session at the next write; the result puts it back. */
async function breakDatabase(store: EmbeddedStore, dataDir: string): Promise<() => void> {
  const [log, away] = [join(dataDir, 'pg', 'pg_wal'), join(dataDir, 'pg', 'away')]
  renameSync(log, away)
  await store.pool.query('SELECT pg_switch_wal()').catch(() => {})
  return () => renameSync(away, log)
}

describe('a database that died under the process', () => {
  test('is opened again with all it acknowledged, and BullMQ goes on', async () => {
    const dataDir = await aFolder()
    const errors: Error[] = []
    const store = await open(dataDir, (error) => errors.push(error))
    const connection = store.pool
    const queue = new Queue('tasks', { connection }, createPostgresBackend)
    const done = new Set<unknown>()
    const worker = new Worker(
      'tasks',
      async (job) => done.add(job.id),
      { connection, runRetryDelay: 500 },
      createPostgresBackend,
    )
    queue.on('error', () => {})
    worker.on('error', () => {})
    ends.push(
      () => queue.close(),
      () => worker.close(),
    )
    await queue.add('a', {}, { jobId: 'before' })
    await store.runs.create(aRun({ id: 'kept' }), noon)

    const mend = await breakDatabase(store, dataDir)
    const lost = await store.runs.create(aRun({ id: 'lost' }), noon).catch((error: unknown) => error)
    expect(lost).toBeInstanceOf(StoreUnavailableError)
    expect(String(lost)).toContain('could not create file "pg_wal')
    await expect(queue.add('a', {}, { jobId: 'refused' })).rejects.toThrow(StoreUnavailableError)
    expect(errors).toHaveLength(1)

    mend()
    await expect.poll(() => isWell(store), { timeout: 20_000 }).toBe('well')
    expect(await store.runs.find('kept')).toBeDefined()
    await queue.add('a', {}, { jobId: 'after' })
    await expect.poll(() => done.has('before') && done.has('after'), { timeout: 20_000 }).toBe(true)
    expect(errors).toHaveLength(1)
  })

  test('may be closed while it is away', async () => {
    const dataDir = await aFolder()
    const store = await open(dataDir)
    const mend = await breakDatabase(store, dataDir)
    await expect(store.runs.create(aRun(), noon)).rejects.toThrow(StoreUnavailableError)
    await store.close()
    await expect(store.ping()).rejects.toThrow('the embedded store is away: it is closed')
    mend()
    await expect(open(dataDir).then(isWell)).resolves.toBe('well')
  })
})

describe('a full disk', () => {
  /** A folder on a disk of so many megabytes, when we may make one. */
  async function onASmallDisk(megabytes: number): Promise<string | undefined> {
    const folder = await aFolder()
    const made = `${folder}-small`
    mkdirSync(made)
    ends.push(() => rmSync(made, { recursive: true }))
    try {
      execFileSync('sh', ['-c', `mount -t tmpfs -o size=${megabytes}m tmpfs ${made}`], { stdio: 'ignore' })
    } catch {
      return undefined
    }
    ends.push(() => execFileSync('sh', ['-c', `umount ${made}`]))
    cpSync(folder, made, { recursive: true })
    return made
  }

  test('refuses what it cannot keep, keeps what it acknowledged, and recovers when there is space', async ({
    skip,
  }) => {
    const disk = await onASmallDisk(200)
    if (disk === undefined) return skip('NOT TESTED: making a small disk needs root')
    const errors: Error[] = []
    const store = await open(disk, (error) => errors.push(error))
    const ballast = join(disk, 'ballast')
    const { bavail, bsize } = statfsSync(disk)
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - 20_000_000))

    const kept: string[] = []
    const refused: unknown[] = []
    while (refused.length < 3) {
      const run = aRun({ id: unique('full'), text: randomBytes(10_000).toString('hex') })
      await store.runs.create(run, noon).then(
        () => kept.push(run.id),
        (error: unknown) => refused.push(error),
      )
    }
    expect(kept.length).toBeGreaterThan(10)
    for (const error of refused) {
      expect(error).toBeInstanceOf(StoreUnavailableError)
      expect(String(error)).toContain('No space left on device')
    }
    expect(errors).toHaveLength(1)
    const file = { id: 'large', name: 'large', type: 'text/plain', bytes: Buffer.alloc(50_000_000), expiresAt: noon }
    await expect(store.files.put(file)).rejects.toThrow(StoreUnavailableError)

    rmSync(ballast)
    await expect.poll(() => isWell(store), { timeout: 20_000 }).toBe('well')
    for (const id of kept) expect((await store.runs.find(id))?.id).toBe(id)
    expect((await store.runs.create(aRun(), noon)).created).toBe(true)
  })
})
