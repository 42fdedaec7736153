import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { watch } from 'chokidar'
import type { Log } from '../../core/log.ts'
import type { Preset, PresetFault } from '../../core/model/preset.ts'
import { whyOf } from '../../core/text/why.ts'
import { shownPath } from '../../scenes/sources.ts'
import { PresetFileError, readPreset } from './read-preset.ts'

/** A preset and the file it stands in, as operators see it. */
export interface FilePreset {
  preset: Preset
  file: string
}

/** The presets in the folder as they are now. */
export interface PresetFiles {
  presets(): ReadonlyMap<string, FilePreset>
  faults(): readonly PresetFault[]
  close(): Promise<void>
}

/** Editors write a file in several moves, and people save several files. */
const SETTLE_MS = 100

/** A folder at one moment. */
interface Snapshot {
  presets: ReadonlyMap<string, FilePreset>
  faults: readonly PresetFault[]
}

/**
 * Reads `*.md` in the folder, now and whenever one changes. A broken file is among the faults and goes on as it was
 * when it last was good; the others are not touched by it. A folder that is not there is empty.
 */
export async function watchPresetFiles(dir: string, log: Log): Promise<PresetFiles> {
  const folder = resolve(dir)
  const watcher = watch(folder, { ignoreInitial: true, depth: 0 })
  const watching = new Promise<void>((done) => watcher.once('ready', done))
  watcher.on('error', (error) => log.error({ folder: dir, error: whyOf(error) }, 'the preset folder is not watched'))
  // Before the first reading, so that no change falls in between.
  await watching

  let current: Snapshot = { presets: new Map(), faults: [] }
  function renew(): void {
    current = readPresetFolder(folder, current.presets)
    log.info({ presets: current.presets.size, faults: current.faults.length }, 'presets loaded')
    for (const { file, line, message } of current.faults) {
      log.error({ file, line, fault: message }, 'a preset file is broken; what it was before, if anything, goes on')
    }
  }
  renew()
  let timer: NodeJS.Timeout | undefined
  watcher.on('all', () => {
    clearTimeout(timer)
    timer = setTimeout(renew, SETTLE_MS)
  })
  return {
    presets: () => current.presets,
    faults: () => current.faults,
    async close() {
      clearTimeout(timer)
      await watcher.close()
    },
  }
}

/** What the folder holds; of a file that is broken, what it was `before`. */
export function readPresetFolder(folder: string, before: Snapshot['presets'] = new Map()): Snapshot {
  const presets = new Map<string, FilePreset>()
  const faults: PresetFault[] = []
  for (const entry of namesIn(folder)) {
    const path = join(folder, entry)
    const file = shownPath(path)
    const name = entry.slice(0, -'.md'.length)
    try {
      presets.set(name, { preset: readPreset(name, readFileSync(path, 'utf8')), file })
    } catch (error) {
      const line = error instanceof PresetFileError ? error.line : undefined
      faults.push({ file, line, message: whyOf(error) })
      const old = before.get(name)
      if (old !== undefined) presets.set(name, old)
    }
  }
  return { presets, faults }
}

function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md') && !name.startsWith('.') && name !== 'README.md')
    .toSorted()
}
