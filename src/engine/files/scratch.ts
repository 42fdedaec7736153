import { mkdir, mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'

/** A process that lives touches its folder this often. */
const TOUCH_MS = 10 * 60_000
/** A folder that nobody touched for so long belongs to a process that was killed. */
const DEAD_MS = 60 * 60_000

/** Where commands may put files while they run. */
export interface Scratch {
  /** A new, empty folder. Throws when the disk does not allow it. */
  make(): Promise<string>
  /** Takes a folder away with all that is in it. */
  remove(folder: string): Promise<void>
  /** Takes all of this process's folders away. */
  close(): Promise<void>
}

/** The scratch folders of one process, below `root`; those that killed processes have left there are taken away. */
export async function openScratch(root: string, processId: string, now: () => number): Promise<Scratch> {
  const own = join(root, processId)
  await removeDead(root, now())
  let made: Promise<unknown> | undefined
  let touching: NodeJS.Timeout | undefined

  return {
    async make() {
      made ??= mkdir(own, { recursive: true, mode: 0o700 })
      await made
      touching ??= setInterval(() => {
        const at = new Date()
        // Without it the folder only looks old: nothing is wrong with what is in it.
        utimes(own, at, at).catch(() => undefined)
      }, TOUCH_MS).unref()
      return mkdtemp(join(own, 'run-'))
    },
    remove: (folder) => rm(folder, { recursive: true, force: true }),
    async close() {
      clearInterval(touching)
      await rm(own, { recursive: true, force: true })
    },
  }
}

async function removeDead(root: string, now: number): Promise<void> {
  const names = await readdir(root).catch(() => [])
  for (const name of names) {
    const folder = join(root, name)
    const found = await stat(folder).catch(() => undefined)
    if (found !== undefined && found.mtimeMs < now - DEAD_MS) await rm(folder, { recursive: true, force: true })
  }
}
