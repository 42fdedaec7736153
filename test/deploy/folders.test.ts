import { mkdir, readdir, stat, symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openFolders } from '../../src/deploy/folders.ts'
import { scratchDir } from '../fakes/huitou.ts'

async function aHome() {
  const { dir, remove } = await scratchDir()
  onTestFinished(remove)
  return { home: dir, folders: await openFolders(dir) }
}

test('the checkout runs until something is deployed, and what was deployed runs from then on', async () => {
  const { home, folders } = await aHome()
  expect(await folders.current()).toBe(home)
  const next = folders.next('abc', Date.UTC(2026, 0, 2, 3, 4, 5))
  expect(basename(next)).toBe('20260102030405000-abc')
  await folders.setCurrent(next)
  expect(await (await openFolders(home)).current()).toBe(next)
  expect((await stat(folders.dir)).mode & 0o077).toBe(0)
})

test('of many releases the newest are kept, those in use, and those whose packages they use', async () => {
  const { folders } = await aHome()
  const all = Array.from({ length: 9 }, (_, day) => folders.next('v', Date.UTC(2026, 0, day + 1)))
  for (const folder of all) await mkdir(folder)
  const [first = '', second = '', third = '', , , , , , last = ''] = all
  await mkdir(join(first, 'node_modules'))
  await symlink(join(first, 'node_modules'), join(last, 'node_modules'), 'dir')
  await folders.prune([second])
  const left = (await readdir(folders.dir)).map((name) => join(folders.dir, name))
  expect(left.toSorted()).toEqual([first, second, ...all.slice(4)])
  expect(left).not.toContain(third)
})
