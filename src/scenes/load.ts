import { resolve } from 'node:path'
import { z } from 'zod'
import type { CommandEntry, SceneEntry, SceneFault } from '../core/command/catalog.ts'
import { UsageError } from '../core/errors.ts'
import { isScene, SceneShapeError, sceneEntryOf, triggerEntriesOf } from './entry.ts'
import { faultOf } from './fault.ts'
import type { Scene } from './scene.ts'
import { readSettings, type SceneSettings } from './settings.ts'
import type { SceneFile } from './sources.ts'

export interface LoadedScene {
  entry: SceneEntry
  scene: Scene
  /** Checked, as its commands read them. */
  settings: Record<string, unknown>
}

export interface LoadedScenes {
  scenes: LoadedScene[]
  faults: SceneFault[]
  /** Files and folders beside the scenes' own whose change has them loaded anew. */
  watched: string[]
}

const watchesSchema = z.array(z.string().min(1)).max(50)

/**
 * Loads the files one after the other, with `importFile`. Of several scenes with one name the one of the first folder
 * wins. A file without a default export is no scene but something scenes import. What cannot be loaded is a fault and
 * stops nothing else; where triggers cannot be made of the settings, the command goes without. Who only runs commands
 * needs no triggers, which take time to make and read.
 */
export async function loadScenes(
  files: readonly SceneFile[],
  importFile: (file: SceneFile) => Promise<Readonly<Record<string, unknown>>>,
  settings: SceneSettings = {},
  needs: { triggers: boolean } = { triggers: true },
): Promise<LoadedScenes> {
  const scenes = new Map<string, LoadedScene & { folder: string }>()
  const faults: SceneFault[] = []
  const watched = new Set<string>()
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
      if (namesake !== undefined) continue
      // The cast holds: `sceneEntryOf` has checked the shape.
      const loaded: LoadedScene = {
        entry,
        scene: scene as Scene,
        settings: await readSettings(scene as Scene, settings),
      }
      scenes.set(key, { ...loaded, folder: file.folder })
      if (!needs.triggers) continue
      // Before the triggers: one that cannot be made is made when what it is made of is mended.
      for (const path of watchedBy(loaded)) watched.add(path)
      await makeTriggers(loaded, file, faults)
    } catch (error) {
      faults.push(settingsFaultOf(error, file))
    }
  }
  const loaded = [...scenes.values()].map(({ folder, ...each }) => each)
  const taken = dropTakenAliases(loaded.map((each) => each.entry))
  return { scenes: loaded, faults: [...faults, ...taken], watched: [...watched] }
}

function watchedBy({ scene, settings }: LoadedScene): string[] {
  const watched = watchesSchema.safeParse(scene.watches?.(settings) ?? [])
  if (!watched.success) throw new SceneShapeError('watches: it returns a list of paths, 50 at most')
  return watched.data.map((path) => resolve(path))
}

/**
 * Makes those that are made of the settings, and reads them all; what is wrong with one leaves its command without any.
 */
async function makeTriggers(
  { entry, scene, settings }: LoadedScene,
  file: SceneFile,
  faults: SceneFault[],
): Promise<void> {
  for (const command of entry.commands) {
    const triggers = scene.commands[command.name]?.triggers
    const warn = (sentence: string): void => void faults.push({ file: file.shown, message: String(sentence) })
    try {
      if (typeof triggers === 'function') {
        command.triggers = triggerEntriesOf(await triggers(settings, warn), command.name)
      }
      await refuseUnreadable(command)
    } catch (error) {
      command.triggers = []
      faults.push(settingsFaultOf(error, file))
    }
  }
}

/**
 * Also those of an author's own code: every message is held against them in the main thread, where nothing could stop
 * them.
 */
async function refuseUnreadable({ name, triggers }: CommandEntry): Promise<void> {
  const patterns = triggers.filter((trigger) => trigger.kind === 'pattern')
  if (patterns.length === 0) return
  // Loaded when it is needed: every host would start later for it.
  const { patternFault } = await import('../core/text/pattern.ts')
  for (const { source, flags } of patterns) {
    const fault = patternFault(source, flags)
    if (fault !== undefined) throw new SceneShapeError(`commands.${name}.triggers: the pattern ${source} ${fault}`)
  }
}

/** What is said to the operator rather than thrown by mistake has no line in the scene's code. */
function settingsFaultOf(error: unknown, file: SceneFile): SceneFault {
  return error instanceof UsageError ? { file: file.shown, message: error.message } : faultOf(error, file)
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
