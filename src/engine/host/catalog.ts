import { relative, resolve } from 'node:path'
import { watch } from 'chokidar'
import type { Catalog, SceneEntry, SceneFault } from '../../core/catalog.ts'
import type { Log } from '../../core/log.ts'
import { readSources, type SceneFile, type Sources } from '../../scenes/sources.ts'
import { fromHostSchema } from '../protocol.ts'
import { openPort } from './port.ts'

/** The scenes as they are now. */
export interface WatchedCatalog {
  catalog(): Catalog
  /** The files of that catalog, for the slots. */
  sources(): Sources
  close(): Promise<void>
}

export interface CatalogOptions {
  sceneDirs: readonly string[]
  log: Log
  /** Called after a change, when `catalog()` and `sources()` already have it. */
  onChange(catalog: Catalog): void
  env?: Readonly<Record<string, string | undefined>>
  /** A file that takes longer to load is broken. */
  loadMs?: number
}

/** Editors write a file in several moves, and people save several files. */
const settleMs = 100

interface Generation {
  catalog: Catalog
  sources: Sources
}

/**
 * Learns what the scene folders hold from a host, and again whenever a file in them changes. A file that is broken goes on as it was when it
 * last was good, and is among the faults. Rejects only when no host can be started.
 */
export async function watchCatalog(options: CatalogOptions): Promise<WatchedCatalog> {
  const folders = options.sceneDirs.map((dir) => resolve(dir))
  const watcher = watch([...folders], { ignoreInitial: true, ignored: (path) => isHidden(path, folders) })
  const watching = new Promise<void>((done) => watcher.once('ready', done))
  watcher.on('error', (error) => options.log.error({ error: String(error) }, 'the scene folders are not watched'))
  // Before the first reading, so that no change falls in between.
  await watching

  let current: Generation = { catalog: { scenes: [], faults: [] }, sources: { files: [], pictures: {} } }
  let version = 0
  let newest: Readonly<Record<string, string>> = {}
  async function renew(): Promise<boolean> {
    const read = readSources(folders, version + 1)
    if (version > 0 && JSON.stringify(read.pictures[version + 1]) === JSON.stringify(newest)) return false
    version += 1
    newest = read.pictures[version] ?? {}
    current = await nextGeneration(current.sources, read, options)
    report(current.catalog, options.log)
    return true
  }
  let timer: NodeJS.Timeout | undefined
  let renewing: Promise<void> = Promise.resolve()
  const renewSoon = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      renewing = renewing
        .then(renew)
        .then((isNew) => isNew && options.onChange(current.catalog))
        .then(
          () => undefined,
          (error: unknown) => options.log.error({ error: String(error) }, 'the scenes were not read again'),
        )
    }, settleMs)
  }
  watcher.on('all', renewSoon)
  const close = async (): Promise<void> => {
    clearTimeout(timer)
    await watcher.close()
    await renewing
  }
  try {
    await renew()
  } catch (error) {
    await close()
    throw error
  }
  return { catalog: () => current.catalog, sources: () => current.sources, close }
}

/** Loads what was read; each file that fails is taken as it was in `before`, or left out. */
async function nextGeneration(before: Sources, read: Sources, options: CatalogOptions): Promise<Generation> {
  const pictures = { ...before.pictures, ...read.pictures }
  const broken = new Map<string, SceneFault>()
  let files = read.files
  for (;;) {
    const asked = await askForScenes({ files, pictures }, options)
    const isLoaded = (fault: SceneFault): boolean => asked.scenes.some((scene) => scene.file === fault.file)
    const failed = asked.faults.filter((fault) => !isLoaded(fault))
    for (const fault of failed) if (!broken.has(fault.file)) broken.set(fault.file, fault)
    const kept = files.flatMap((file) => {
      if (!failed.some((fault) => fault.file === file.shown)) return [file]
      const old = before.files.find((each) => each.path === file.path)
      return old !== undefined && old.version !== file.version ? [old] : []
    })
    const isSettled = asked.isWhole && kept.every((file) => files.includes(file))
    files = kept
    if (!isSettled) continue
    const faults = [...broken.values(), ...asked.faults.filter(isLoaded)]
    return { catalog: { scenes: asked.scenes, faults }, sources: { files, pictures: usedPictures(files, pictures) } }
  }
}

function usedPictures(files: readonly SceneFile[], pictures: Sources['pictures']): Sources['pictures'] {
  const used = new Set(files.map((file) => `${file.version}`))
  return Object.fromEntries(Object.entries(pictures).filter(([version]) => used.has(version)))
}

interface Asked {
  scenes: SceneEntry[]
  faults: SceneFault[]
  /** False when the host did not get through all files: the one it was at is the fault. */
  isWhole: boolean
}

/** What a fresh host makes of the files. Rejects when it died before it looked at one. */
async function askForScenes(sources: Sources, { log, env = {}, loadMs = 10_000 }: CatalogOptions): Promise<Asked> {
  let file: string | undefined
  let timer: NodeJS.Timeout | undefined
  const asked = Promise.withResolvers<Asked>()
  const giveUp = (message: string, stack = ''): void => {
    // What one file has started may throw while a later one is loaded.
    const culprit = sources.files.find((each) => stack.includes(each.path))?.shown ?? file
    if (culprit === undefined) asked.reject(new Error(`no host could be started: ${message}`))
    else asked.resolve({ scenes: [], faults: [{ file: culprit, message }], isWhole: false })
  }
  const wait = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => giveUp(`it was not loaded within ${loadMs / 1000} s`), loadMs)
  }
  const port = openPort(
    { isolation: 'thread', env, log },
    {
      message(message) {
        const heard = fromHostSchema.safeParse(message).data
        if (heard?.kind === 'loading') {
          file = heard.file
          wait()
        } else if (heard?.kind === 'ready') {
          asked.resolve({ scenes: heard.scenes, faults: heard.faults, isWhole: true })
        } else if (heard?.kind === 'broken') {
          giveUp(heard.message, heard.stack)
        }
      },
      exit: (exit) => giveUp(exit.message),
    },
  )
  wait()
  port.send({ kind: 'load', sources })
  try {
    return await asked.promise
  } finally {
    clearTimeout(timer)
    await port.kill()
  }
}

function report(catalog: Catalog, log: Log): void {
  log.info({ scenes: catalog.scenes.length, faults: catalog.faults.length }, 'scenes loaded')
  for (const { file, line, message } of catalog.faults) {
    log.error({ file, line, fault: message }, 'a scene file is broken; what it was before, if anything, goes on')
  }
}

function isHidden(path: string, folders: readonly string[]): boolean {
  const folder = folders.find((each) => path === each || path.startsWith(`${each}/`))
  const inside = folder === undefined ? '' : relative(folder, path)
  return inside.split('/').some((name) => name === 'node_modules' || name.startsWith('.'))
}
