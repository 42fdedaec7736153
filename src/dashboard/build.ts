import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const webDir = fileURLToPath(new URL('./web/', import.meta.url))
const distDir = join(webDir, 'dist')
const lockFile = fileURLToPath(new URL('../../package-lock.json', import.meta.url))
/** Stands in `dist` and says what it was built from. */
const MARK = 'sources.sha256'

/**
 * Puts the browser app into `web/dist` unless it was built from just these sources; `force` builds in any case. An
 * installation without the tools to build it (`npm ci --omit=dev`) needs one that was built before. Throws with Vite's
 * own words when the sources do not build; what was there before stays.
 */
export async function buildDashboard({ force = false }: { force?: boolean } = {}): Promise<void> {
  const hash = hashOfSources()
  if (!force && isBuiltFrom(hash)) return
  const viteProgram = findVite()
  if (viteProgram === undefined)
    throw new Error(
      'the dashboard is not built from these sources, and what builds it is not installed: run npm ci; npm prune --omit=dev may follow',
    )
  const stagingDir = join(webDir, `.dist-${process.pid}`)
  try {
    // In a process of its own: the bundler's memory is given back, and Vite's NODE_ENV is not ours.
    await promisify(execFile)(
      process.execPath,
      [viteProgram, 'build', webDir, '--outDir', stagingDir, '--configLoader', 'native', '--logLevel', 'error'],
      { env: { NODE_ENV: 'production' } },
    )
    await writeFile(join(stagingDir, MARK), `${hash}\n`)
    await replace(distDir, stagingDir)
  } finally {
    await rm(stagingDir, { recursive: true, force: true })
  }
}

function findVite(): string | undefined {
  try {
    return fileURLToPath(new URL('./bin/vite.js', import.meta.resolve('vite/package.json')))
  } catch {
    return undefined
  }
}

/** When another process put its build there at the same moment, that one is as good. */
async function replace(dir: string, by: string): Promise<void> {
  await rm(dir, { recursive: true, force: true })
  try {
    await rename(by, dir)
  } catch (error) {
    if (!existsSync(join(dir, 'index.html'))) throw error
  }
}

function isBuiltFrom(hash: string): boolean {
  const mark = join(distDir, MARK)
  return existsSync(mark) && readFileSync(mark, 'utf8').trim() === hash
}

/**
 * Of what is in them, and not of when they were written: a checkout, a copy and an archive of the same version are the
 * same.
 */
function hashOfSources(): string {
  const hash = createHash('sha256')
  for (const file of sources())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(webDir, file)))
      .update('\0')
  if (existsSync(lockFile)) hash.update(readFileSync(lockFile))
  return hash.digest('hex')
}

function sources(): string[] {
  return readdirSync(webDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(webDir.length))
    .filter((file) => !/^\.?dist/.test(file))
    .toSorted()
}

if (import.meta.main && process.argv.includes('--check')) {
  process.exitCode = isBuiltFrom(hashOfSources()) ? 0 : 1
} else if (import.meta.main) {
  try {
    await buildDashboard({ force: process.argv.includes('--force') })
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
