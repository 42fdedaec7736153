import { execFile } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const webDir = fileURLToPath(new URL('./web/', import.meta.url))
const distDir = join(webDir, 'dist')
const lockFile = fileURLToPath(new URL('../../package-lock.json', import.meta.url))

/**
 * Puts the browser app into `web/dist` when it is missing or older than its sources; `force` builds in any case. An installation
 * without the tools to build it (`npm install --omit=dev`) serves what was built before.
 * Throws with Vite's own words when the sources do not build; what was there before stays.
 */
export async function buildDashboard({ force = false }: { force?: boolean } = {}): Promise<void> {
  if (!force && isFresh()) return
  const viteProgram = findVite()
  if (viteProgram === undefined) {
    if (existsSync(join(distDir, 'index.html'))) return
    throw new Error('the dashboard is not built, and Vite is not installed: run npm install without --omit=dev')
  }
  const stagingDir = join(webDir, `.dist-${process.pid}`)
  try {
    // In a process of its own: the bundler's memory is given back, and Vite's NODE_ENV is not ours.
    await promisify(execFile)(
      process.execPath,
      [viteProgram, 'build', webDir, '--outDir', stagingDir, '--configLoader', 'native', '--logLevel', 'error'],
      { env: { NODE_ENV: 'production' } },
    )
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

function isFresh(): boolean {
  const index = join(distDir, 'index.html')
  if (!existsSync(index)) return false
  const builtAtMs = statSync(index).mtimeMs
  return sources().every((file) => statSync(file).mtimeMs <= builtAtMs)
}

function sources(): string[] {
  const files = readdirSync(webDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/^\.?dist/.test(file.slice(webDir.length)))
  return existsSync(lockFile) ? [...files, lockFile] : files
}

if (import.meta.main) {
  try {
    await buildDashboard({ force: process.argv.includes('--force') })
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
