import { lstat, mkdir, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { z } from 'zod'

/** Where an installation keeps its releases: a folder each in `releases/`, beside the checkout it began with. */
export interface Folders {
  dir: string
  /** Of the release that runs or is run at the next start of `up`; the checkout itself until one is deployed. */
  current(): Promise<string>
  setCurrent(folder: string): Promise<void>
  /** The folder of a new release, which is not there yet. */
  next(name: string, now: number): string
  /** Removes old releases, but for a few, those in use, and those whose packages others use. */
  prune(inUse: readonly string[]): Promise<void>
}

const KEPT = 5
const currentSchema = z.object({ folder: z.string() })

export async function openFolders(home: string): Promise<Folders> {
  const dir = join(home, 'releases')
  const file = join(dir, 'current.json')
  // Who may write here decides what runs.
  await mkdir(dir, { recursive: true, mode: 0o700 })
  return {
    dir,
    async current() {
      const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw error
      })
      return text === undefined ? home : resolve(home, currentSchema.parse(JSON.parse(text)).folder)
    },
    async setCurrent(folder) {
      await writeFile(`${file}.new`, `${JSON.stringify({ folder: relative(home, folder) })}\n`)
      await rename(`${file}.new`, file)
    },
    next(name, now) {
      const at = new Date(now).toISOString().replace(/\D/g, '').slice(0, 17)
      return join(dir, `${at}-${name}`)
    },
    async prune(inUse) {
      const entries = await readdir(dir, { withFileTypes: true })
      const all = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(dir, name))
      const kept = new Set([...all.toSorted().slice(-KEPT), ...inUse])
      for (const folder of [...kept]) kept.add(await packagesOf(folder))
      for (const folder of all.filter((one) => !kept.has(one))) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The release in which the packages of this one lie. */
async function packagesOf(folder: string): Promise<string> {
  const modules = join(folder, 'node_modules')
  const isLink = await lstat(modules).then(
    (stat) => stat.isSymbolicLink(),
    () => false,
  )
  return isLink ? join(await realpath(modules), '..') : folder
}
