import { type FSWatcher, watch } from 'chokidar'

/** Watches what scenes are made of beside their own files; what that is may change with every generation. */
export interface Beside {
  /** Watches these from now on; resolves, once changes are seen, to whether they are others than before. */
  watch(paths: readonly string[]): Promise<boolean>
  close(): Promise<void>
}

/** A folder, and the folders in it: nobody means to watch a whole disk. */
const depth = 1

export function watchBeside(changed: () => void, failed: (error: unknown) => void): Beside {
  let watched: readonly string[] = []
  let watcher: FSWatcher | undefined
  return {
    async watch(paths) {
      if (JSON.stringify(paths) === JSON.stringify(watched)) return false
      watched = paths
      await watcher?.close()
      watcher = watch([...paths], { ignoreInitial: true, depth })
        .on('all', changed)
        .on('error', failed)
      const ready = new Promise<void>((resolve) => watcher?.once('ready', resolve))
      if (paths.length > 0) await ready
      return true
    },
    async close() {
      await watcher?.close()
    },
  }
}
