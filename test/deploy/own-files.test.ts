import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { copyOwnFiles } from '../../src/deploy/own-files.ts'
import { RunError } from '../../src/deploy/run.ts'
import { scratchDir } from '../fakes/huitou.ts'
import { aRepository, type Files, git, writeFiles } from '../fakes/repository.ts'

const shipped = { 'scenes/shipped.ts': 'shipped', 'config/schema.ts': 'shipped' }

/** A home that git keeps or that was unpacked, and a release that brings what is shipped, in a newer form. */
async function aHome(how: 'git' | 'unpacked') {
  const { dir, remove } = await scratchDir()
  onTestFinished(remove)
  const home = join(dir, 'home')
  if (how === 'git') {
    const { commit, clone } = await aRepository(join(dir, 'origin'))
    await commit(shipped)
    await clone(home)
  } else {
    await writeFiles(home, shipped)
  }
  const release = join(dir, 'release')
  await writeFiles(release, { 'scenes/shipped.ts': 'newer', 'config/schema.ts': 'newer' })
  return { dir, home, release }
}

/** What a release has, its folders' files and no links. */
async function filesOf(release: string): Promise<Files> {
  const entries = await readdir(release, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const texts = await Promise.all(
    files.map(async (file) => [file.slice(release.length + 1), await readFile(file, 'utf8')]),
  )
  return Object.fromEntries(texts)
}

const newer = { 'scenes/shipped.ts': 'newer', 'config/schema.ts': 'newer' }

test.each(['git', 'unpacked'] as const)(
  'own files come along wherever they lie (%s): beside, in a clone, behind a linked folder, as a linked file',
  async (how) => {
    const { dir, home, release } = await aHome(how)
    await writeFiles(home, { 'config/huitou.yaml': 'mine', 'scenes/own.ts': 'mine', 'scenes/own/part.ts': 'mine' })
    const { commit, clone } = await aRepository(join(dir, 'team'))
    await commit({ 'team.ts': 'team', 'lib/deep.ts': 'team' })
    await clone(join(home, 'scenes/team'))
    await writeFiles(dir, { 'elsewhere/shared.ts': 'shared', 'single.ts': 'single' })
    await symlink(join(dir, 'elsewhere'), join(home, 'scenes/shared'))
    await symlink('../../single.ts', join(home, 'scenes/single.ts'))
    // Neither a link to nothing nor one that leads back is in the way.
    await symlink(join(dir, 'nowhere'), join(home, 'scenes/nowhere'))
    await symlink('..', join(dir, 'elsewhere/back'))
    await symlink('.', join(home, 'scenes/itself'))
    await mkdir(join(home, 'scenes/empty'))
    const own = {
      'config/huitou.yaml': 'mine',
      'scenes/own.ts': 'mine',
      'scenes/own/part.ts': 'mine',
      'scenes/team/team.ts': 'team',
      'scenes/team/lib/deep.ts': 'team',
      'scenes/shared/shared.ts': 'shared',
      'scenes/single.ts': 'single',
    }
    const copied = await copyOwnFiles(home, release)
    const all = await filesOf(release)
    expect(all).toMatchObject({ ...newer, ...own })
    expect(copied).toEqual(expect.arrayContaining(Object.keys(own)))
    expect(Object.keys(all).filter((file) => file.includes('.git'))).toEqual([])
  },
)

test('own scenes may all lie behind one link', async () => {
  const { dir, home, release } = await aHome('unpacked')
  await writeFiles(dir, { 'elsewhere/scenes/own.ts': 'mine' })
  await symlink(join(dir, 'elsewhere/scenes'), join(home, 'scenes/mine'))
  await copyOwnFiles(home, release)
  expect(await filesOf(release)).toEqual({ ...newer, 'scenes/mine/own.ts': 'mine' })
})

test('a release that has a link of the installation gets the files, and the originals stay as they are', async () => {
  const { dir, home, release } = await aHome('git')
  await writeFiles(dir, { 'elsewhere/own.ts': 'mine' })
  await symlink(join(dir, 'elsewhere'), join(home, 'scenes/mine'))
  await symlink(join(dir, 'elsewhere'), join(release, 'scenes/mine'))
  await copyOwnFiles(home, release)
  await writeFile(join(release, 'scenes/mine/own.ts'), 'changed')
  expect(await readFile(join(dir, 'elsewhere/own.ts'), 'utf8')).toBe('mine')
})

test('a submodule comes along as it lies there', async () => {
  const { dir, home, release } = await aHome('git')
  const { commit } = await aRepository(join(dir, 'team'))
  await commit({ 'team.ts': 'team' })
  await git(home, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', join(dir, 'team'), 'scenes/team')
  await git(home, 'commit', '--quiet', '--message', 'a submodule')
  await copyOwnFiles(home, release)
  expect(await filesOf(release)).toEqual({ ...newer, 'scenes/team/team.ts': 'team' })
})

test('a repository around the installation that knows nothing of it says nothing of what is its own', async () => {
  const { dir, home, release } = await aHome('unpacked')
  await git(dir, 'init', '--quiet')
  await writeFiles(home, { 'scenes/own.ts': 'mine' })
  await copyOwnFiles(home, release)
  expect(await filesOf(release)).toEqual({ ...newer, 'scenes/own.ts': 'mine' })
})

test('where git is asked and cannot say what is own, the deploy is refused in a sentence', async () => {
  const { home, release } = await aHome('unpacked')
  await writeFiles(home, { '.git/HEAD': 'no repository', 'scenes/own.ts': 'mine' })
  const refused = copyOwnFiles(home, release)
  await expect(refused).rejects.toThrow(RunError)
  await expect(refused).rejects.toThrow(/which files of config\/ and scenes\/ are your own/)
  expect(await filesOf(release)).toEqual(newer)
})

test('names may hold anything, however many there are', async () => {
  const { dir, home, release } = await aHome('git')
  const names = ['a b.ts', '两 行\n.ts', ...Array.from({ length: 600 }, (_, n) => `${'长'.repeat(40)}${n}.ts`)]
  const own = Object.fromEntries(names.map((name) => [`scenes/own/${name}`, 'mine']))
  await writeFiles(home, own)
  const { commit } = await aRepository(join(dir, 'team'))
  await commit({ 'team.ts': 'team' })
  const submodule = 'scenes/the\tteam'
  await git(home, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', join(dir, 'team'), submodule)
  await copyOwnFiles(home, release)
  expect(await filesOf(release)).toEqual({ ...newer, ...own, [`${submodule}/team.ts`]: 'team' })
})

test('what cannot be copied is told by its name in the home', async () => {
  const { home, release } = await aHome('unpacked')
  await writeFiles(home, { 'scenes/mine/own.ts': 'mine' })
  await writeFiles(release, { 'scenes/mine': 'a file' })
  const refused = copyOwnFiles(home, release)
  await expect(refused).rejects.toThrow(RunError)
  await expect(refused).rejects.toThrow('your own scenes/mine/own.ts cannot come along')
})
