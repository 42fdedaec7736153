import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { copyOwnFiles, openSource } from '../../src/deploy/sources.ts'
import { scratchDir } from '../fakes/huitou.ts'

const git = (cwd: string, ...args: string[]) =>
  promisify(execFile)('git', ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', ...args], { cwd })

async function write(folder: string, files: Record<string, string>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), text)
  }
}

async function aFolder(): Promise<string> {
  const { dir, remove } = await scratchDir()
  onTestFinished(remove)
  return dir
}

/** A repository, and a checkout of it with files of its own. */
async function aClone() {
  const dir = await aFolder()
  const [origin, home] = [join(dir, 'origin'), join(dir, 'home')]
  await write(origin, { 'scenes/shared.ts': 'one', 'config/huitou.example.yaml': 'example' })
  await git(origin, 'init', '--quiet', '--initial-branch', 'main')
  await git(origin, 'add', '--all')
  await git(origin, 'commit', '--quiet', '--message', 'one')
  await git(dir, 'clone', '--quiet', origin, home)
  await write(home, { 'config/huitou.yaml': 'mine', 'scenes/mine.ts': 'mine', 'data/store': 'data' })
  return { origin, home, release: join(dir, 'release') }
}

test('a release from git is the commit of the remote, with what git knows not of config and scenes', async () => {
  const { origin, home, release } = await aClone()
  await write(origin, { 'scenes/shared.ts': 'two' })
  await git(origin, 'commit', '--quiet', '--all', '--message', 'two')
  const { name, putInto } = await openSource({ kind: 'git', remote: 'origin', ref: undefined }, home)
  await putInto(release)
  await copyOwnFiles(home, release)
  expect(name).toMatch(/^[0-9a-f]{12}$/)
  expect((await readdir(release)).toSorted()).toEqual(['config', 'scenes'])
  expect(await readFile(join(release, 'scenes/shared.ts'), 'utf8')).toBe('two')
  expect(await readFile(join(release, 'scenes/mine.ts'), 'utf8')).toBe('mine')
  expect(await readFile(join(release, 'config/huitou.yaml'), 'utf8')).toBe('mine')
  // The checkout stays as it is, and git knows nothing of the release.
  expect(await readFile(join(home, 'scenes/shared.ts'), 'utf8')).toBe('one')
  expect((await git(home, 'worktree', 'list')).stdout.trim().split('\n')).toHaveLength(1)
})

test('a ref that there is not is told, and one that looks like an option is refused', async () => {
  const { home } = await aClone()
  const from = (ref: string) => openSource({ kind: 'git', remote: 'origin', ref }, home)
  await expect(from('no-such-branch')).rejects.toThrow(/no-such-branch/)
  await expect(from('--upload-pack=x')).rejects.toThrow('begins with no dash')
})

test('a release from a folder leaves behind what is made and what is data', async () => {
  const { home, release } = await aClone()
  await write(home, { 'node_modules/a/index.js': '', 'releases/x/y': '' })
  const { name, putInto } = await openSource({ kind: 'folder', folder: '.' }, home)
  await putInto(release)
  expect(name).toBe('home')
  expect((await readdir(release)).toSorted()).toEqual(['config', 'scenes'])
})
