import type { Config } from '../../config/config.ts'
import { lanelessCommands } from '../core/command/laneless.ts'
import { readCatalog } from '../engine/host/catalog.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** What is wrong with the scenes and what is set for them, a line each. */
export async function sceneFaults(config: Config): Promise<string[]> {
  return (await lookAtScenes(config)).faults
}

/** Besides, which commands want a lane that config has not, a line each; they run all the same, in another one. */
export async function lookAtScenes(config: Config): Promise<{ faults: string[]; laneless: string[] }> {
  const { sceneDirs, scenes, hostEnvironment, lanes } = config
  const catalog = await readCatalog({ sceneDirs, settings: scenes, env: hostEnvironment, log: silent })
  return {
    faults: catalog.faults.map(
      ({ file, line, message }) => `${line === undefined ? file : `${file}:${line}`} ${message}`,
    ),
    laneless: lanelessCommands(catalog, new Set(Object.keys(lanes))),
  }
}
