import type { Config } from '../../config/config.ts'
import { readCatalog } from '../engine/host/catalog.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** What is wrong with the scenes and what is set for them, a line each. */
export async function sceneFaults({ sceneDirs, scenes, hostEnvironment }: Config): Promise<string[]> {
  const { faults } = await readCatalog({ sceneDirs, settings: scenes, env: hostEnvironment, log: silent })
  return faults.map(({ file, line, message }) => `${line === undefined ? file : `${file}:${line}`} ${message}`)
}
