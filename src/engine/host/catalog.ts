import { relative, resolve } from 'node:path'
import { watch } from 'chokidar'
import type { Catalog, SceneEntry, SceneFault } from '../../core/command/catalog.ts'
import type { Log } from '../../core/log.ts'
import { packOf, type ScenePack } from '../../scenes/pack.ts'
import { type SceneSettings, settingsOf } from '../../scenes/settings.ts'
import { readSources, type SceneFile, type Sources } from '../../scenes/sources.ts'
import { watchBeside } from './beside.ts'
import { openPort } from './port.ts'
import { fromHostSchema } from './protocol.ts'

/** The scenes as they are now. */
export interface WatchedCatalog {
  catalog(): Catalog
  /** The files of that catalog, for the slots. */
  sources(): Sources
  /** One scene of that catalog with its files, to be kept. */
  pack(scene: string): ScenePack | undefined
  close(): Promise<void>
}

export interface CatalogOptions {
  sceneDirs: readonly string[]
  /** What operators have set for scenes. */
  settings?: SceneSettings
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
  packs: ReadonlyMap<string, ScenePack>
  /** What triggers are made of. */
  watched: readonly string[]
}

/**
 * The scenes as they are now, and all that is wrong with them and their settings. Rejects only when no host can be
 * started.
 */
export async function readCatalog(options: Omit<CatalogOptions, 'onChange'>): Promise<Catalog> {
  const read = readSources(options.sceneDirs, 1, options.settings)
  return (await nextGeneration(nothing, read, options)).catalog
}

const nothing: Sources = { files: [], snapshots: {}, settings: {} }

/**
 * Learns what the scene folders hold from a host, and again whenever a file in them changes. A file that is broken goes
 * on as it was when it last was good, and is among the faults. Rejects only when no host can be started.
 */
export async function watchCatalog(options: CatalogOptions): Promise<WatchedCatalog> {
  const folders = options.sceneDirs.map((dir) => resolve(dir))
  const watcher = watch([...folders], { ignoreInitial: true, ignored: (path) => isHidden(path, folders) })
  const watching = new Promise<void>((done) => watcher.once('ready', done))
  const notWatched = (error: unknown): void =>
    options.log.error({ error: String(error) }, 'the scene folders are not watched')
  watcher.on('error', notWatched)
  // Before the first reading, so that no change falls in between.
  await watching

  let current: Generation = { catalog: { scenes: [], faults: [] }, sources: nothing, packs: new Map(), watched: [] }
  let version = 0
  /** What triggers are made of may be other than when they were made. */
  let isStale = false
  let newest: Readonly<Record<string, string>> = {}
  async function renew(): Promise<boolean> {
    const read = readSources(folders, version + 1, options.settings)
    const isSameCode = version > 0 && JSON.stringify(read.snapshots[version + 1]) === JSON.stringify(newest)
    if (isSameCode && !isStale) return false
    isStale = false
    version += 1
    newest = read.snapshots[version] ?? {}
    const next = await nextGeneration(current.sources, read, options)
    // What changed between being read and being watched.
    if (await beside.watch(next.watched)) renewStale()
    if (isSameCode && JSON.stringify(next.catalog) === JSON.stringify(current.catalog)) return false
    current = next
    report(current.catalog, options.log)
    return true
  }
  function renewStale(): void {
    isStale = true
    renewSoon()
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
  const beside = watchBeside(renewStale, notWatched)
  const close = async (): Promise<void> => {
    clearTimeout(timer)
    await watcher.close()
    await renewing
    await beside.close()
  }
  try {
    await renew()
  } catch (error) {
    await close()
    throw error
  }
  return {
    catalog: () => current.catalog,
    sources: () => current.sources,
    pack: (scene) => current.packs.get(scene),
    close,
  }
}

/** Loads what was read; each file that fails is taken as it was in `before`, or left out. */
async function nextGeneration(
  before: Sources,
  read: Sources,
  options: Omit<CatalogOptions, 'onChange'>,
): Promise<Generation> {
  const snapshots = { ...before.snapshots, ...read.snapshots }
  const { settings } = read
  const broken = new Map<string, SceneFault>()
  let files = read.files
  for (;;) {
    const asked = await askForScenes({ files, snapshots, settings }, options)
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
    faults.push(...settingsOfNobody(settings, asked.scenes, faults))
    const packs = packsOf(asked, { files, snapshots, settings })
    const versions = Object.fromEntries([...packs].map(([scene, { version }]) => [scene, version]))
    const scenes = asked.scenes.map((scene) => ({ ...scene, version: versions[scene.name] }))
    return {
      catalog: { scenes, faults },
      sources: { files, snapshots: usedSnapshots(files, snapshots), settings, versions },
      packs,
      watched: asked.watched,
    }
  }
}

function packsOf({ scenes, modules }: Asked, sources: Sources): ReadonlyMap<string, ScenePack> {
  return new Map(
    scenes.flatMap((entry) => {
      const file = sources.files.find(({ shown }) => shown === entry.file)
      const paths = modules[entry.file]
      return file === undefined || paths === undefined ? [] : [[entry.name, packOf(entry, file, paths, sources)]]
    }),
  )
}

function usedSnapshots(files: readonly SceneFile[], snapshots: Sources['snapshots']): Sources['snapshots'] {
  const used = new Set(files.map((file) => `${file.version}`))
  return Object.fromEntries(Object.entries(snapshots).filter(([version]) => used.has(version)))
}

/** A misspelt name would leave its scene as if nothing were set. */
function settingsOfNobody(
  settings: SceneSettings,
  scenes: readonly SceneEntry[],
  told: readonly SceneFault[],
): SceneFault[] {
  const known = scenes.map(({ name }) => name)
  const ofNobody = Object.keys(settings)
    .filter((name) => !known.some((scene) => settingsOf({ [name]: {} }, scene) !== undefined))
    .filter((name) => !told.some(({ message }) => ['.', ':'].some((end) => message.startsWith(`scenes.${name}${end}`))))
  return ofNobody.map((name) => ({
    file: `scenes.${name}`,
    message: `no scene that could be loaded has this name; there are: ${known.join(', ')}`,
  }))
}

interface Asked {
  scenes: SceneEntry[]
  faults: SceneFault[]
  watched: string[]
  modules: Readonly<Record<string, readonly string[]>>
  /** False when the host did not get through all files: the one it was at is the fault. */
  isWhole: boolean
}

/** What a fresh host makes of the files. Rejects when it died before it looked at one. */
async function askForScenes(
  sources: Sources,
  { log, env = {}, loadMs = 10_000 }: Omit<CatalogOptions, 'onChange'>,
): Promise<Asked> {
  let file: string | undefined
  let timer: NodeJS.Timeout | undefined
  const asked = Promise.withResolvers<Asked>()
  const giveUp = (message: string, stack = ''): void => {
    // What one file has started may throw while a later one is loaded.
    const culprit = sources.files.find((each) => stack.includes(each.path))?.shown ?? file
    if (culprit === undefined) asked.reject(new Error(`no host could be started: ${message}`))
    else asked.resolve({ scenes: [], faults: [{ file: culprit, message }], watched: [], modules: {}, isWhole: false })
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
          const { scenes, faults, watched, modules } = heard
          asked.resolve({ scenes, faults, watched, modules, isWhole: true })
        } else if (heard?.kind === 'broken') {
          giveUp(heard.message, heard.stack)
        }
      },
      exit: (exit) => giveUp(exit.message),
    },
  )
  wait()
  port.send({ kind: 'load', sources, triggers: true })
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
    log.error(
      { file, line, fault: message },
      'a scene file is broken or wrongly set; what it was before, if anything, goes on',
    )
  }
}

function isHidden(path: string, folders: readonly string[]): boolean {
  const folder = folders.find((each) => path === each || path.startsWith(`${each}/`))
  const inside = folder === undefined ? '' : relative(folder, path)
  return inside.split('/').some((name) => name === 'node_modules' || name.startsWith('.'))
}
