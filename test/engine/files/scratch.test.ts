import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { hasEnded, ownerMark } from '../../../src/engine/files/owner.ts'
import { openScratch, type ScratchRoot } from '../../../src/engine/files/scratch.ts'

let root: string
let scratch: ScratchRoot
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'scratch-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  scratch = openScratch(root, 'own', Date.now)
  onTestFinished(() => scratch.close())
})

/** A process that has a scratch folder of that name. */
async function aProcess(name: string): Promise<ChildProcess> {
  const program = new URL('scratch-owner.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [program, root, name], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

const folders = async () => (await readdir(root)).toSorted()

test('the folder of a killed process goes at the next look, the one of a living process stays', async () => {
  const [living, killed] = await Promise.all([aProcess('living'), aProcess('killed')])
  await scratch.make()
  await scratch.removeDead()
  expect(await folders()).toEqual(['killed', 'living', 'own'])
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  await scratch.removeDead()
  expect(await folders()).toEqual(['living', 'own'])
  expect(living.exitCode).toBe(null)
})

test('a folder of another machine or an older version goes when nobody has touched it for an hour', async () => {
  const mark = { ...JSON.parse(ownerMark()), place: 'elsewhere', pid: 2 ** 22 + 1 }
  for (const name of ['elsewhere', 'unmarked', 'elsewhere-old', 'unmarked-old']) {
    await mkdir(join(root, name, 'run-1'), { recursive: true })
    if (name.startsWith('elsewhere')) await writeFile(join(root, name, 'owner.json'), JSON.stringify(mark))
    const at = new Date(Date.now() - (name.endsWith('old') ? 61 : 59) * 60_000)
    await utimes(join(root, name), at, at)
  }
  await scratch.removeDead()
  expect(await folders()).toEqual(['elsewhere', 'unmarked'])
})

test('a folder that somebody took away is made anew', async () => {
  await scratch.make()
  await rm(join(root, 'own'), { recursive: true })
  await scratch.make()
  expect(await readdir(join(root, 'own'))).toEqual(['owner.json', expect.stringMatching(/^run-/)])
})

test('a mark tells a process from a later one of the same id, and says nothing when it cannot be read', () => {
  const own = JSON.parse(ownerMark())
  expect(hasEnded(JSON.stringify(own))).toBe(false)
  expect(hasEnded(JSON.stringify({ ...own, startedAt: '1' }))).toBe(true)
  expect(hasEnded(JSON.stringify({ ...own, pid: 2 ** 22 + 1 }))).toBe(true)
  for (const mark of ['', 'nonsense', '{}', JSON.stringify({ ...own, pid: 0 })]) expect(hasEnded(mark)).toBe(false)
})

test('without a folder there is nothing to remove, and a process that made nothing leaves nothing', async () => {
  await openScratch(join(root, 'none'), 'p', Date.now).removeDead()
  await scratch.close()
  expect(await folders()).toEqual([])
})
