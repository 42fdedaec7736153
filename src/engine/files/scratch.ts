import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hasEnded, ownerMark } from './owner.ts'

/** A process that lives touches its folder this often. */
const TOUCH_MS = 10 * 60_000
/** A folder that nobody touched for so long is of a process that was killed, on whichever machine. */
const DEAD_MS = 60 * 60_000
/** Beside the runs' folders: whose they are. */
const OWNER = 'owner.json'

/** Where commands may put files while they run. */
export interface Scratch {
  /** A new, empty folder. Throws when the disk does not allow it. */
  make(): Promise<string>
  /** Takes a folder away with all that is in it. */
  remove(folder: string): Promise<void>
  /** Takes all of this process's folders away. */
  close(): Promise<void>
}

/** All scratch folders of an installation on this disk, of which this process has its own. */
export interface ScratchRoot extends Scratch {
  /**
   * Takes away what killed processes have left: at once where they were processes of this machine, otherwise when it is
   * an hour old. Throws when a folder cannot be removed, after it has tried the others.
   */
  removeDead(): Promise<void>
}

/** The scratch folders of one process, below `root`. */
export function openScratch(root: string, processId: string, now: () => number): ScratchRoot {
  const own = join(root, processId)
  let made: Promise<unknown> | undefined
  let touching: NodeJS.Timeout | undefined

  async function makeOwn(): Promise<void> {
    await mkdir(own, { recursive: true, mode: 0o700 })
    await writeFile(join(own, OWNER), ownerMark())
  }

  return {
    async make() {
      // After a fault it is tried anew.
      made ??= makeOwn().catch((error: unknown) => {
        made = undefined
        throw error
      })
      await made
      touching ??= setInterval(() => {
        const at = new Date()
        // Without it the folder only looks old: nothing is wrong with what is in it.
        utimes(own, at, at).catch(() => undefined)
      }, TOUCH_MS).unref()
      return mkdtemp(join(own, 'run-')).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
        // Somebody has taken it for a dead one's, as after a long sleep of this machine, or has emptied the disk.
        await makeOwn()
        return mkdtemp(join(own, 'run-'))
      })
    },
    remove: (folder) => rm(folder, { recursive: true, force: true }),
    async removeDead() {
      const names = await readdir(root).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return []
        throw error
      })
      const others = names.filter((name) => name !== processId).map((name) => join(root, name))
      const removed = await Promise.allSettled(others.map((folder) => removeIfDead(folder, now())))
      const failed = removed.find((one) => one.status === 'rejected')
      if (failed !== undefined) throw failed.reason
    },
    async close() {
      clearInterval(touching)
      await rm(own, { recursive: true, force: true })
    },
  }
}

async function removeIfDead(folder: string, now: number): Promise<void> {
  const found = await stat(folder).catch(() => undefined)
  if (found === undefined) return
  // Without a mark it was made by an older version, or is just being made.
  const mark = await readFile(join(folder, OWNER), 'utf8').catch(() => '')
  if (hasEnded(mark) || found.mtimeMs < now - DEAD_MS) await rm(folder, { recursive: true, force: true })
}
