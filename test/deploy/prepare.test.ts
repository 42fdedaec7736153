import { lstat, readdir, readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openFolders } from '../../src/deploy/folders.ts'
import { type PrepareOptions, prepare } from '../../src/deploy/prepare.ts'
import { scratchDir } from '../fakes/huitou.ts'
import { type Files, writeFiles } from '../fakes/repository.ts'

/** A package of this version as npm packs one, from a folder of the project so that no network is needed. */
const packages = (version: string): Files => ({
  'package.json': JSON.stringify({ name: 'small', version: '1.0.0', dependencies: { part: 'file:part' } }),
  'part/package.json': JSON.stringify({ name: 'part', version }),
  'package-lock.json': JSON.stringify({
    name: 'small',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': { name: 'small', version: '1.0.0', dependencies: { part: 'file:part' } },
      'node_modules/part': { resolved: 'part', link: true },
      part: { version },
    },
  }),
})

/** What a release is asked by `prepare`, in small. */
const small: Files = {
  ...packages('1.0.0'),
  'src/dashboard/build.ts': "import { writeFileSync } from 'node:fs'\nwriteFileSync('built', '')\n",
  'src/cli/main.ts': "console.log(process.argv.slice(2).join(' '), 'of', process.env.PORT)\n",
  'src/store/embedded/sql/0001.sql': 'create table a ()',
}

/** An installation that runs from `home`, and a newer version of it in a folder of its own. */
async function anInstallation(options: Partial<PrepareOptions> = {}) {
  const { dir, remove } = await scratchDir()
  onTestFinished(remove)
  const [home, newer] = [join(dir, 'home'), join(dir, 'newer')]
  await writeFiles(home, { ...small, 'config/huitou.yaml': 'mine', 'node_modules/old/index.js': '' })
  await writeFiles(newer, small)
  const folders = await openFolders(home)
  const said: string[] = []
  return {
    home,
    newer,
    said,
    releases: () => readdir(folders.dir),
    prepare: () =>
      prepare({
        home,
        folders,
        source: { kind: 'folder', folder: newer },
        dataDir: 'data',
        port: 8420,
        mayMigrate: false,
        isEmbedded: true,
        say: (line) => said.push(line),
        ...options,
      }),
  }
}

test('a release is built and checked as it will run, with the settings of the installation', async () => {
  const { newer, said, prepare } = await anInstallation()
  await writeFiles(newer, { 'scenes/new.ts': 'new' })
  const folder = await prepare()
  expect(await readFile(join(folder, 'scenes/new.ts'), 'utf8')).toBe('new')
  expect(await readFile(join(folder, 'config/huitou.yaml'), 'utf8')).toBe('mine')
  expect(await readdir(folder)).toContain('built')
  expect(said.at(-1)).toBe('config check of 8420')
})

test('with the same lock a release uses the packages that are there', async () => {
  const { home, said, prepare } = await anInstallation()
  const folder = await prepare()
  expect(await realpath(join(folder, 'node_modules'))).toBe(await realpath(join(home, 'node_modules')))
  expect(said).toContain('packages: the same as before')
})

/** Built in advance, as `--check` says; it cannot be built here, for want of tools. */
const buildOf = (sources: string) => `
import { readFileSync } from 'node:fs'
const isBuilt = () => readFileSync('src/dashboard/web/dist/of', 'utf8') === ${JSON.stringify(sources)}
process.exitCode = isBuilt() ? 0 : 1
`

test('a dashboard of the same sources goes along, and its tools are not needed', async () => {
  const { home, newer, said, prepare } = await anInstallation()
  await writeFiles(home, { 'src/dashboard/web/dist/of': 'these' })
  await writeFiles(newer, { 'src/dashboard/build.ts': buildOf('these') })
  const folder = await prepare()
  expect(await readFile(join(folder, 'src/dashboard/web/dist/of'), 'utf8')).toBe('these')
  expect(said).toContain('packages: the same as before')
})

test('an installation without tools gets them for a new dashboard, and is rid of them again', async () => {
  const { home, newer, said, prepare } = await anInstallation()
  const withTools = {
    ...JSON.parse(small['package.json'] ?? ''),
    devDependencies: { vite: 'file:vite' },
    scripts: { prepare: 'node build.cjs' },
  }
  const locked = JSON.parse(small['package-lock.json'] ?? '')
  locked.packages[''].devDependencies = withTools.devDependencies
  Object.assign(locked.packages, {
    'node_modules/vite': { resolved: 'vite', link: true, dev: true },
    vite: { version: '1.0.0', dev: true },
  })
  const same: Files = {
    'package.json': JSON.stringify(withTools),
    'package-lock.json': JSON.stringify(locked),
    'vite/package.json': '{"name":"vite","version":"1.0.0"}',
    'build.cjs': "require('vite/package.json')\nrequire('fs').writeFileSync('src/dashboard/web/dist/of', 'those')\n",
  }
  await writeFiles(home, { ...same, 'src/dashboard/web/dist/of': 'these' })
  await writeFiles(newer, { ...same, 'src/dashboard/build.ts': buildOf('those') })
  const folder = await prepare()
  expect(said).toContain('packages: npm ci, for the dashboard has changed')
  expect(await readFile(join(folder, 'src/dashboard/web/dist/of'), 'utf8')).toBe('those')
  expect((await readdir(join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'))).toEqual(['part'])
  expect(await readFile(join(home, 'src/dashboard/web/dist/of'), 'utf8')).toBe('these')
})

test('with another lock a release gets packages of its own, which the next one uses', async () => {
  const { home, newer, said, prepare } = await anInstallation()
  await writeFiles(newer, packages('2.0.0'))
  const folder = await prepare()
  expect((await lstat(join(folder, 'node_modules'))).isDirectory()).toBe(true)
  const part = JSON.parse(await readFile(join(folder, 'node_modules/part/package.json'), 'utf8'))
  expect(part.version).toBe('2.0.0')
  expect(said).toContain('packages: npm ci, for the lock file has changed')
  expect(await readdir(join(home, 'node_modules'))).toEqual(['old'])

  const folders = await openFolders(home)
  await folders.setCurrent(folder)
  const next = await prepare()
  expect(await realpath(join(next, 'node_modules'))).toBe(await realpath(join(folder, 'node_modules')))
})

test('a lock that npm refuses is told, and nothing is left of the release', async () => {
  const { newer, releases, prepare } = await anInstallation()
  await writeFiles(newer, {
    'package.json': '{"name":"small","dependencies":{"other":"file:other"}}',
    'package-lock.json': '{}',
  })
  await expect(prepare()).rejects.toThrow(/npm ci ended with code \d+:\n[\s\S]*npm error/)
  expect(await releases()).toEqual([])
})

test('what does not build or pass its check is told, and nothing is left of the release', async () => {
  const { newer, releases, prepare } = await anInstallation()
  await writeFiles(newer, { 'src/cli/main.ts': "console.error('huitou.yaml:3: no such lane')\nprocess.exit(1)\n" })
  await expect(prepare()).rejects.toThrow('huitou.yaml:3: no such lane')
  await writeFiles(newer, { 'src/dashboard/build.ts': "throw new Error('no such page')" })
  await expect(prepare()).rejects.toThrow('no such page')
  expect(await releases()).toEqual([])
})

test('a release that changes the data of the embedded store is only taken by --migrate', async () => {
  const added: Files = { 'src/store/embedded/sql/0002.sql': 'alter table a add b int' }
  const refused = await anInstallation()
  await writeFiles(refused.newer, added)
  await expect(refused.prepare()).rejects.toThrow(/changes the data.*0002\.sql.*--migrate/)
  expect(await refused.releases()).toEqual([])

  for (const options of [{ mayMigrate: true }, { isEmbedded: false }]) {
    const taken = await anInstallation(options)
    await writeFiles(taken.newer, added)
    const folder = await taken.prepare()
    expect(await readdir(join(folder, 'src/store/embedded/sql'))).toEqual(['0001.sql', '0002.sql'])
  }
})

test('a release that is older than the data is never taken', async () => {
  const { home, prepare } = await anInstallation({ mayMigrate: true })
  await writeFiles(home, { 'src/store/embedded/sql/0002.sql': 'alter table a add b int' })
  await expect(prepare()).rejects.toThrow('it has no 0002.sql')
})
