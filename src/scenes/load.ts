import type { CommandEntry, SceneEntry, SceneFault } from '../core/catalog.ts'
import { isScene, SceneShapeError, sceneEntryOf } from './entry.ts'
import { faultOf } from './fault.ts'
import type { Scene } from './scene.ts'
import type { SceneFile } from './sources.ts'

export interface LoadedScene {
  entry: SceneEntry
  scene: Scene
}

/**
 * Loads the files one after the other, with `importFile`. Of several scenes with one name the one of the first folder wins. A file without a
 * default export is no scene but something scenes import. What cannot be loaded is a fault and stops nothing else.
 */
export async function loadScenes(
  files: readonly SceneFile[],
  importFile: (file: SceneFile) => Promise<Readonly<Record<string, unknown>>>,
): Promise<{ scenes: LoadedScene[]; faults: SceneFault[] }> {
  const scenes = new Map<string, LoadedScene & { folder: string }>()
  const faults: SceneFault[] = []
  for (const file of files) {
    try {
      const scene = sceneIn(await importFile(file))
      if (scene === undefined) continue
      const entry = sceneEntryOf(scene, file.shown, file.isPublic)
      const key = entry.name.toLowerCase()
      const namesake = scenes.get(key)
      if (namesake?.folder === file.folder) {
        throw new SceneShapeError(`the scene name ${entry.name} is taken by ${namesake.entry.file}`)
      }
      // The cast holds: `sceneEntryOf` has checked the shape.
      if (namesake === undefined) scenes.set(key, { entry, scene: scene as Scene, folder: file.folder })
    } catch (error) {
      faults.push(faultOf(error, file))
    }
  }
  const loaded = [...scenes.values()].map(({ entry, scene }) => ({ entry, scene }))
  return { scenes: loaded, faults: [...faults, ...dropTakenAliases(loaded.map((each) => each.entry))] }
}

function sceneIn(module: Readonly<Record<string, unknown>>): unknown {
  if ('default' in module) return module.default
  const named = Object.keys(module).find((name) => isScene(module[name]))
  if (named === undefined) return undefined
  throw new SceneShapeError(`the scene is exported as ${named}: write export default defineScene({ … })`)
}

/** The first command keeps an alias that two want; the other is told so and goes without. */
function dropTakenAliases(entries: readonly SceneEntry[]): SceneFault[] {
  const owners = new Map<string, CommandEntry>()
  const faults: SceneFault[] = []
  for (const { file, commands } of entries) {
    for (const command of commands) {
      command.aliases = command.aliases.filter((alias) => {
        const owner = owners.get(alias.toLowerCase())
        if (owner === undefined) {
          owners.set(alias.toLowerCase(), command)
          return true
        }
        const said = `${command.scene} ${command.name}: the alias ${alias} belongs to ${owner.scene} ${owner.name}`
        faults.push({ file, message: said })
        return false
      })
    }
  }
  return faults
}
