import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path'
import type { SceneSettings } from './settings.ts'

/** A file that may hold a scene. */
export interface SceneFile {
  path: string
  /** As operators see it: from the working directory. */
  shown: string
  /** The scene folder it was found in. */
  folder: string
  isPublic: boolean
  /** Of which snapshot it is loaded: after a mistake in it, of an older one than the rest. */
  version: number
}

/**
 * The scene folders as they were at one moment, held in memory: all hosts of a generation run the same code, whatever
 * happens on the disk meanwhile, and a file that broke goes on as it was. `snapshots` has the text of every module by
 * version and path.
 */
export interface Sources {
  files: readonly SceneFile[]
  snapshots: Readonly<Record<number, Readonly<Record<string, string>>>>
  /** Not yet checked. */
  settings: SceneSettings
  /** The version of each scene, once they were loaded. */
  versions?: Readonly<Record<string, string>>
}

/** Deeper folders hold what scenes are made of. */
const sceneDepth = 2
const moduleDepth = 8
const moduleEndings = ['.ts', '.mts', '.mjs', '.json']

/** Reads the folders in their order; one that does not exist is empty. */
export function readSources(sceneDirs: readonly string[], version = 1, settings: SceneSettings = {}): Sources {
  const files: SceneFile[] = []
  const snapshot: Record<string, string> = {}
  for (const folder of sceneDirs.map((dir) => resolve(dir))) {
    for (const { path, depth } of modulesIn(folder, 0)) {
      const text = textOf(path)
      if (text !== undefined) snapshot[path] = text
      if (depth > sceneDepth || !isSceneName(path) || isOfScene(path, folder)) continue
      if (files.some((file) => file.path === path)) continue
      const folders = [basename(folder), ...relative(folder, path).split(sep).slice(0, -1)]
      files.push({ path, shown: shownPath(path), folder, isPublic: folders.includes('public'), version })
    }
  }
  return { files, snapshots: { [version]: snapshot }, settings }
}

/** From the working directory where it lies in there, else in full. */
export function shownPath(path: string): string {
  const fromHere = relative(process.cwd(), path)
  return fromHere.startsWith('..') ? path : fromHere
}

/** Links are followed, but not one that leads back into a folder it lies in. */
function* modulesIn(
  folder: string,
  depth: number,
  above: readonly string[] = [],
): Generator<{ path: string; depth: number }> {
  if (!existsSync(folder) || depth > moduleDepth) return
  const real = realpathSync(folder)
  if (above.includes(real)) return
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((one, other) =>
    one.name < other.name ? -1 : 1,
  )
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
    if (isFolder(path)) yield* modulesIn(path, depth + 1, [...above, real])
    else if (moduleEndings.includes(extname(entry.name))) yield { path, depth }
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    // A link to nothing, or to itself.
    return false
  }
}

/** Undefined when it cannot be read: importing it will say why. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/**
 * A folder beside a scene file of its name holds what that scene is made of, which is imported when the scene wants it
 * and not to look for scenes.
 */
function isOfScene(path: string, folder: string): boolean {
  for (let at = dirname(path); at !== folder; at = dirname(at)) if (existsSync(`${at}.ts`)) return true
  return false
}

function isSceneName(path: string): boolean {
  return path.endsWith('.ts') && !/\.(d|test)\.ts$/.test(path)
}
