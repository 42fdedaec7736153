import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { StoreUnavailableError } from '../../src/core/errors.ts'
import { type EmbeddedStore, openEmbeddedStore } from '../../src/store/embedded/index.ts'
import { aRun, day, noon, unique } from '../contracts/store/samples.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'huitou-kill-'))
  ends.push(() => rmSync(folder, { recursive: true }))
  return folder
}

async function open(dataDir: string, onError: (error: Error) => void = () => {}): Promise<EmbeddedStore> {
  const store = await openEmbeddedStore({
    dataDir,
    keep: { runsMs: day, deliveriesMs: day },
    onError,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  })
  ends.push(() => store.close())
  return store
}

/** Starts a writer; `acknowledged` grows with what it says it has stored. */
async function aWriter(dataDir: string, round: number) {
  const acknowledged: { id: string; number: number }[] = []
  const child = spawn(process.execPath, [join(import.meta.dirname, 'writer.ts'), dataDir, `${round}`], {
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
    async kill() {
      const read = once(lines, 'close')
      child.kill('SIGKILL')
      await read
    },
  }
}

describe('a killed process', () => {
  test('loses nothing that it acknowledged, at ten random moments', { timeout: 120_000 }, async () => {
    const dataDir = aFolder()
    const acknowledged: { id: string; number: number }[] = []
    for (let round = 0; round < 10; round++) {
      const writer = await aWriter(dataDir, round)
      if (round === 0) await expect(open(dataDir)).rejects.toThrow(/another Huitou process .*huitou-kill-.*DATA_DIR/)
      // The moment is the point here: anywhere in the middle of writing.
      await pause(20 + Math.random() * 300)
      await writer.kill()
      acknowledged.push(...writer.acknowledged)
    }
    expect(acknowledged.length).toBeGreaterThan(100)
    expect(new Set(acknowledged.map(({ number }) => number)).size).toBe(acknowledged.length)
    const store = await open(dataDir)
    const kept = await Promise.all(acknowledged.map(({ id }) => store.runs.find(id)))
    expect(kept.map((run) => run?.number)).toEqual(acknowledged.map(({ number }) => number))
    expect(await store.runs.timeline(acknowledged.at(-1)?.id ?? '')).toHaveLength(1)
  })
})

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('it did not come to be')
    await pause(20)
  }
}

describe('a full disk', () => {
  /** A file system of so many megabytes, when we may make one. */
  function aSmallDisk(megabytes: number): string | undefined {
    const folder = aFolder()
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' })
    } catch {
      return undefined
    }
    ends.push(() => execFileSync('umount', [folder]))
    return folder
  }

  test('refuses what it cannot keep, keeps what it acknowledged, and recovers when there is space', { timeout: 120_000 }, async ({ skip }) => {
    const disk = aSmallDisk(200)
    if (disk === undefined) return skip('NOT TESTED: mounting a small file system needs root')
    const errors: Error[] = []
    const store = await open(disk, (error) => errors.push(error))
    const ballast = join(disk, 'ballast')
    const { bavail, bsize } = statfsSync(disk)
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - 20_000_000))

    const kept: string[] = []
    const refused: unknown[] = []
    const text = 'x'.repeat(20_000).replaceAll('x', () => Math.random().toString(36).at(-1) ?? '')
    while (refused.length < 20) {
      const run = aRun({ id: unique('full'), text })
      await store.runs.create(run, noon).then(
        () => kept.push(run.id),
        (error: unknown) => refused.push(error),
      )
    }
    console.log(kept.length, refused.map((e: any) => e.message), errors.map((e) => e.message))
    expect(refused.every((error) => error instanceof StoreUnavailableError)).toBe(true)
    await expect(store.files.put({ id: 'f', name: 'f', type: 'f', bytes: Buffer.alloc(30_000_000), expiresAt: noon })).rejects.toThrow(StoreUnavailableError)

    rmSync(ballast)
    await until(() => store.ping().then(() => true, () => false))
    for (const id of kept) expect((await store.runs.find(id))?.id).toBe(id)
    const { created } = await store.runs.create(aRun(), noon)
    expect(created).toBe(true)
  })
})
