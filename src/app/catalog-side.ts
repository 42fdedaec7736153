import type { Config } from '../../config/config.ts'
import type { Catalog } from '../core/command/catalog.ts'
import type { Log } from '../core/log.ts'
import { watchCatalog } from '../engine/host/catalog.ts'
import { type PresetFiles, watchPresetFiles } from '../engine/presets/preset-files.ts'
import type { ScenePack } from '../scenes/pack.ts'
import type { Sources } from '../scenes/sources.ts'
import { configuredPresets } from './adapters/preset-defaults.ts'

/** The files that authors write: scenes and presets, taken up again when they change. */
export interface CatalogSide {
  /** Scenes and built-in commands together. */
  catalog(): Catalog
  /** Adds the built-in commands, which are made later than the scenes are read. */
  include(own: Catalog['scenes'][number]): void
  /** The scene files of that catalog, for those who run them. */
  sources(): Sources
  /** A scene of that catalog with its files. */
  pack(scene: string): ScenePack | undefined
  /** Called whenever scene files changed. */
  onCatalog(listener: () => void): void
  presetFiles: PresetFiles
  close(): Promise<void>
}

export async function openCatalogSide(
  config: Pick<Config, 'sceneDirs' | 'scenes' | 'hostEnvironment' | 'llm' | 'channels'>,
  log: Log,
): Promise<CatalogSide> {
  const listeners: (() => void)[] = []
  const scenes = await watchCatalog({
    sceneDirs: config.sceneDirs,
    settings: config.scenes,
    env: config.hostEnvironment,
    log,
    onChange() {
      for (const listener of listeners) listener()
    },
  })
  const presetFiles = await watchPresetFiles(config.llm.presetDir, log)
  const inNoFile = configuredPresets(config).filter((name) => !presetFiles.presets().has(name))
  if (inNoFile.length > 0) {
    log.warn(
      { presets: inNoFile },
      'config names presets of no file; unless the dashboard has them, the next default counts',
    )
  }
  const included: Catalog['scenes'][number][] = []
  // Made anew only when something changed: every message is read against it.
  const joined = (of: Catalog): { of: Catalog; all: Catalog } => ({
    of,
    all: { scenes: [...included, ...of.scenes], faults: of.faults },
  })
  let known = joined(scenes.catalog())
  return {
    catalog() {
      if (known.of !== scenes.catalog()) known = joined(scenes.catalog())
      return known.all
    },
    include(own) {
      included.push(own)
      known = joined(scenes.catalog())
    },
    sources: scenes.sources,
    pack: scenes.pack,
    onCatalog: (listener) => void listeners.push(listener),
    presetFiles,
    async close() {
      await scenes.close()
      await presetFiles.close()
    },
  }
}
