import { z } from 'zod'
import type { Catalog, CommandEntry, OnSceneChange } from '../../core/command/catalog.ts'
import { commandText, findEntry } from '../../core/command/entries.ts'
import { retryWhileUnavailable } from '../../core/retry-while-unavailable.ts'
import type { Run } from '../../core/task/run.ts'
import type { Bilingual } from '../../core/text/lang.ts'
import { packed, type ScenePack, unpacked } from '../../scenes/pack.ts'
import type { Steps, Store } from '../../store/store.ts'

/** What a run is done with: its scene as it is now, or as it was when the run began. */
export interface Code {
  entry: CommandEntry
  version: string | undefined
  /** Its files. */
  pack: ScenePack | undefined
  /** It is not what the scene is now. */
  isOld: boolean
  /** What an operator should know of it. */
  said?: string
}

export type CodeOf =
  | { state: 'code'; code: Code }
  | { state: 'gone' }
  /** There is no such scene, but scene files are broken, and it may be in one of them. */
  | { state: 'unknown'; why: string }
  | { state: 'stopped'; why: string; say: Bilingual }

/**
 * Which version of its scene a run goes on with. A run is bound to a version by the first thing that it keeps; opened
 * again by a person, it is bound anew. The files of such a version are kept in the store, so that every machine has
 * them.
 */
export interface Versions {
  codeOf(run: Run, steps: Steps): Promise<CodeOf>
  /** Binds the run to a version, in this generation; first writer wins. To be called before anything is kept. */
  bind(run: Run, code: Code, steps: Steps): Promise<void>
}

export interface VersionPorts {
  store: Pick<Store, 'runs' | 'files'>
  catalog(): Catalog
  /** A scene of that catalog with its files. */
  pack(scene: string): ScenePack | undefined
  /** What holds where a scene does not say. */
  onSceneChange: OnSceneChange
  now(): number
}

/** Under which the versions of a run are kept among its steps; authors' names never begin with `scene:`. */
export const VERSION_STEP = 'scene:version:'
/** What was told of a change, so that it is told once. */
export const TOLD_STEP = 'scene:told:'

const DAY_MS = 24 * 60 * 60_000
/** From the last time that a run was bound to it or went on with it: longer than anything may wait. */
const KEPT_MS = 400 * DAY_MS
const boundSchema = z.object({ version: z.string() })

export function openVersions({ store, catalog, pack, onSceneChange, now }: VersionPorts): Versions {
  /** When this process has put the files of a version into the store. */
  const putAt = new Map<string, number>()

  async function keep(of: ScenePack): Promise<void> {
    const at = now()
    if (at - (putAt.get(of.version) ?? 0) < DAY_MS) return
    const file = { id: fileId(of.version), name: `${of.entry.name}.json.gz`, type: 'application/gzip' }
    await retryWhileUnavailable(() => store.files.put({ ...file, bytes: packed(of), expiresAt: at + KEPT_MS }))
    putAt.set(of.version, at)
  }

  async function boundTo({ id, generation, fencingToken, task }: Run, steps: Steps): Promise<string | undefined> {
    const { piece, parent } = task
    if (piece === undefined || parent === undefined) return fencingToken > 1 ? kept(id, generation, steps) : undefined
    const run = await retryWhileUnavailable(() => store.runs.find(parent.id))
    return run && kept(run.id, run.generation, steps)
  }

  async function kept(runId: string, generation: number, steps: Steps): Promise<string | undefined> {
    const step = await retryWhileUnavailable(() => steps.find(runId, versionStep(generation)))
    return step && boundSchema.parse(step.value).version
  }

  return {
    async codeOf(run, steps) {
      const { route } = run.task
      if (route === undefined) return { state: 'gone' }
      const { scene, command } = route
      const entry = findEntry(catalog(), scene, command)
      const today = catalog().scenes.find(({ name }) => name === scene)
      const current: CodeOf =
        entry === undefined
          ? missing(catalog(), today !== undefined)
          : { state: 'code', code: { entry, version: today?.version, pack: pack(scene), isOld: false } }
      const bound = scene === '' ? undefined : await boundTo(run, steps)
      if (bound === undefined || bound === today?.version) return current

      const change = `its scene has changed from version ${bound} to ${today?.version ?? 'none'}`
      const policy = today?.onChange ?? onSceneChange
      if (policy === 'continue' && current.state === 'code') {
        return { state: 'code', code: { ...current.code, said: `${change}; it goes on with the new one` } }
      }
      // A file that is broken has not changed yet.
      if (policy !== 'finish' && current.state === 'unknown') return current
      const name = commandText(scene, command)
      if (policy === 'stop') return { state: 'stopped', why: `${change}; it stops, as is set`, say: stopped(run, name) }
      const file = await retryWhileUnavailable(() => store.files.get(fileId(bound), now()))
      const old = file && unpacked(file.bytes)
      const then = old?.entry.commands.find((each) => each.name === command)
      if (old === undefined || then === undefined) {
        return { state: 'stopped', why: `${change}, and the files of then are no longer kept`, say: stopped(run, name) }
      }
      await keep(old)
      const said = `${change}; it finishes on the former`
      return { state: 'code', code: { entry: then, version: bound, pack: old, isOld: true, said } }
    },

    async bind(run, { version, pack: its }, steps) {
      // A child task goes by its parent.
      if (version === undefined || run.task.piece !== undefined) return
      if (its !== undefined) await keep(its)
      await retryWhileUnavailable(() => steps.save(run.id, versionStep(run.generation), { version }))
    },
  }
}

/**
 * A scene that is in no file is gone. While files are broken that have been so since the start nobody knows which
 * scenes they hold: their tasks wait for them to be mended. One that breaks later goes on as it was before.
 */
function missing({ scenes, faults }: Catalog, hasScene: boolean): CodeOf {
  if (hasScene) return { state: 'gone' }
  const loaded = new Set(scenes.map(({ file }) => file))
  // Others are about settings, which are in no scene file.
  const broken = faults.map(({ file }) => file).filter((file) => file.endsWith('.ts') && !loaded.has(file))
  if (broken.length === 0) return { state: 'gone' }
  return { state: 'unknown', why: `it waits for its scene, which may be in a broken file: ${broken.join(', ')}` }
}

function versionStep(generation: number): string {
  return `${VERSION_STEP}${generation}`
}

function fileId(version: string): string {
  return `scene-${version}`
}

function stopped({ number }: Run, command: string): Bilingual {
  return {
    zh: `#${number} 已停止：它开始之后，命令 ${command} 改过了。发送 retry ${number} 用新的版本接着做，或者重新发起。`,
    en: `#${number} was stopped: the command ${command} was changed after it began. Send "retry ${number}" to go on with the new version, or ask for it anew.`,
  }
}
