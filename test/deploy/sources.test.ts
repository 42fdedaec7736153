import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { copyOwnFiles } from '../../src/deploy/own-files.ts'
import { openSource } from '../../src/deploy/sources.ts'
import { scratchDir } from '../fakes/huitou.ts'
import { aRepository, git, writeFiles } from '../fakes/repository.ts'

/** A repository, and a checkout of it with files of its own. */
async function aClone() {
  const { dir, remove } = await scratchDir()
  onTestFinished(remove)
  const home = join(dir, 'home')
  const { commit, clone } = await aRepository(join(dir, 'origin'))
  await commit({ 'scenes/shared.ts': 'one', 'config/huitou.example.yaml': 'example' })
  await clone(home)
  await writeFiles(home, { 'config/huitou.yaml': 'mine', 'scenes/mine.ts': 'mine', 'data/store': 'data' })
  return { commit, home, release: join(dir, 'release') }
}

test('a release from git is the commit of the remote, with what git knows not of config and scenes', async () => {
  const { commit, home, release } = await aClone()
  const two = await commit({ 'scenes/shared.ts': 'two' })
  const { name, putInto } = await openSource({ kind: 'git', remote: 'origin', ref: undefined }, home)
  await putInto(release)
  await copyOwnFiles(home, release)
  expect(name).toBe(two.slice(0, 12))
  expect((await readdir(release)).toSorted()).toEqual(['config', 'scenes'])
  expect(await readFile(join(release, 'scenes/shared.ts'), 'utf8')).toBe('two')
  expect(await readFile(join(release, 'scenes/mine.ts'), 'utf8')).toBe('mine')
  expect(await readFile(join(release, 'config/huitou.yaml'), 'utf8')).toBe('mine')
  // The checkout stays as it is, and git knows nothing of the release.
  expect(await readFile(join(home, 'scenes/shared.ts'), 'utf8')).toBe('one')
  expect((await git(home, 'worktree', 'list')).split('\n')).toHaveLength(1)
})

test('a ref that there is not is told, and one that looks like an option is refused', async () => {
  const { home } = await aClone()
  const from = (ref: string) => openSource({ kind: 'git', remote: 'origin', ref }, home)
  await expect(from('no-such-branch')).rejects.toThrow(/no-such-branch/)
  await expect(from('--upload-pack=x')).rejects.toThrow('begins with no dash')
})

test('a release from a folder leaves behind what is made and what is data', async () => {
  const { home, release } = await aClone()
  await writeFiles(home, { 'node_modules/a/index.js': '', 'releases/x/y': '' })
  const { name, putInto } = await openSource({ kind: 'folder', folder: '.' }, home)
  await putInto(release)
  expect(name).toBe('home')
  expect((await readdir(release)).toSorted()).toEqual(['config', 'scenes'])
})
