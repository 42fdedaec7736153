import { existsSync, globSync } from 'node:fs'
import { cp, readFile, realpath, rm, symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { releaseEnvironment } from '../../config/release-environment.ts'
import type { Folders } from './folders.ts'
import { copyOwnFiles } from './own-files.ts'
import { nodeOf } from './release.ts'
import { RunError, run } from './run.ts'
import { openSource, type Source } from './sources.ts'

export interface PrepareOptions {
  home: string
  folders: Folders
  source: Source
  dataDir: string
  port: number
  /** The embedded store may be brought to a newer form, from which there is no way back. */
  mayMigrate: boolean
  isEmbedded: boolean
  say(line: string): void
}

/**
 * A folder with a new release that is fit to be started: its packages, its dashboard, its config and scenes checked.
 * What runs is not touched. Throws RunError with what is wrong; then nothing is left of it.
 */
export async function prepare(options: PrepareOptions): Promise<string> {
  const { home, folders, source, say } = options
  const { name, putInto } = await openSource(source, home)
  const folder = folders.next(name, Date.now())
  const current = await folders.current()
  try {
    say(`new release: ${basename(folder)}`)
    await putInto(folder)
    const own = await copyOwnFiles(home, folder)
    say(`own files of config/ and scenes/ that come along: ${own.length}`)
    await bringPackages(current, folder, say)
    await check(current, folder, options)
    return folder
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

/** With the same lock file the packages are the same, and with the same sources the dashboard is. */
async function bringPackages(current: string, folder: string, say: (line: string) => void): Promise<void> {
  await bringDashboard(current, folder)
  const lockOf = (of: string) => readFile(join(of, 'package-lock.json'), 'utf8').catch(() => undefined)
  const [was, is] = await Promise.all([lockOf(current), lockOf(folder)])
  const isSame = is !== undefined && was === is
  if (isSame && (hasTools(current) || (await isBuilt(folder)))) {
    say('packages: the same as before')
    await symlink(await realpath(join(current, 'node_modules')), join(folder, 'node_modules'), 'dir')
    return
  }
  say(`packages: npm ci, for ${isSame ? 'the dashboard has changed' : 'the lock file has changed'}`)
  // Its own script builds the dashboard, which wants the tools, also where NODE_ENV says production.
  await run('npm', ['ci', '--include=dev', ...quietly], { cwd: folder })
  if (!hasTools(current)) await run('npm', ['prune', '--omit=dev', '--no-save', ...quietly], { cwd: folder })
}

const quietly = ['--no-audit', '--no-fund']

/** Building it takes longer than all the rest, and wants packages that production need not have. */
async function bringDashboard(current: string, folder: string): Promise<void> {
  const [built, to] = [current, folder].map((of) => join(of, 'src', 'dashboard', 'web', 'dist'))
  if (built === undefined || to === undefined || !existsSync(built) || existsSync(to)) return
  await cp(built, to, { recursive: true })
}

/** Whether the packages of this version are those of developers too. */
function hasTools(current: string): boolean {
  return existsSync(join(current, 'node_modules', 'vite'))
}

async function isBuilt(folder: string): Promise<boolean> {
  return run(nodeOf(folder), ['src/dashboard/build.ts', '--check'], { cwd: folder }).then(
    () => true,
    () => false,
  )
}

async function check(
  current: string,
  folder: string,
  { home, dataDir, port, isEmbedded, mayMigrate, say }: PrepareOptions,
): Promise<void> {
  if (isEmbedded) checkMigrations(current, folder, mayMigrate)
  const at = { cwd: folder, env: releaseEnvironment(home, { dataDir, port }) }
  // At its start nobody should wait for this.
  await run(nodeOf(folder), ['src/dashboard/build.ts'], at)
  say(await run(nodeOf(folder), ['src/cli/main.ts', 'config', 'check'], at))
}

function checkMigrations(current: string, folder: string, mayMigrate: boolean): void {
  const namesIn = (of: string) => globSync('src/store/embedded/sql/*.sql', { cwd: of }).map((file) => basename(file))
  const [was, is] = [namesIn(current), namesIn(folder)]
  const lost = was.find((name) => !is.includes(name))
  if (lost !== undefined) throw new RunError(`it is older than the data of the embedded store: it has no ${lost}`)
  const added = is.filter((name) => !was.includes(name))
  if (added.length === 0 || mayMigrate) return
  throw new RunError(
    `it changes the data of the embedded store (${added.join(', ')}), and then the old version cannot be put back: copy DATA_DIR, and deploy with --migrate`,
  )
}
