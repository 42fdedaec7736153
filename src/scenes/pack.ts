import { createHash } from 'node:crypto'
import { relative, resolve } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { z } from 'zod'
import { type SceneEntry, sceneEntrySchema } from '../core/command/catalog.ts'
import type { SceneSettings } from './settings.ts'
import { type SceneFile, type Sources, shownPath } from './sources.ts'

/** A scene as it was at one time, with the text of all it is made of: enough to run it when its files have changed. */
export interface ScenePack {
  /** Made of the texts and their places in the scene folder, so it is the same on every machine. */
  version: string
  entry: SceneEntry
  /** As it is shown: another machine may have it elsewhere. */
  folder: string
  /** The file of the scene, and each module by its path, all from the folder. */
  file: string
  modules: Readonly<Record<string, string>>
}

const packSchema = z.object({
  version: z.string(),
  entry: sceneEntrySchema,
  folder: z.string(),
  file: z.string(),
  modules: z.record(z.string(), z.string()),
})

/** Of a scene that was loaded from this file; `paths` are the modules of the scene folders that it is made of. */
export function packOf(entry: SceneEntry, file: SceneFile, paths: readonly string[], sources: Sources): ScenePack {
  const texts = sources.snapshots[file.version] ?? {}
  const modules = Object.fromEntries(
    paths
      .map((path): [string, string] => [relative(file.folder, path), texts[path] ?? ''])
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  )
  const version = createHash('sha256').update(JSON.stringify(modules)).digest('hex').slice(0, 16)
  return { version, entry, folder: shownPath(file.folder), file: relative(file.folder, file.path), modules }
}

/** For a host that runs this scene alone. Settings are always those of now. */
export function sourcesOf({ version, entry, folder, file, modules }: ScenePack, settings: SceneSettings): Sources {
  const home = resolve(folder)
  const path = resolve(home, file)
  const own = Object.entries(settings).filter(([name]) => name.toLowerCase() === entry.name.toLowerCase())
  return {
    files: [{ path, shown: entry.file, folder: home, isPublic: entry.isPublic, version: 1 }],
    snapshots: { 1: Object.fromEntries(Object.entries(modules).map(([from, text]) => [resolve(home, from), text])) },
    settings: Object.fromEntries(own),
    versions: { [entry.name]: version },
  }
}

export function packed(pack: ScenePack): Uint8Array {
  return gzipSync(JSON.stringify(pack))
}

/** Reads what `packed` has made. */
export function unpacked(bytes: Uint8Array): ScenePack {
  return packSchema.parse(JSON.parse(gunzipSync(bytes).toString('utf8')))
}
