import { registerHooks } from 'node:module'
import { extname, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { SceneFile, Sources } from '../../../scenes/sources.ts'

const formats: Readonly<Record<string, string>> = {
  '.ts': 'module-typescript',
  '.mts': 'module-typescript',
  '.mjs': 'module',
  '.json': 'json',
}

let loaded = 0

/** How many modules this thread has loaded since `importFromPictures`. */
export function modulesLoaded(): number {
  return loaded
}

/** A file's address in its snapshot. The version makes two snapshots of one file two modules. */
export function snapshotUrl(file: SceneFile): string {
  return `${pathToFileURL(file.path).href}?v=${file.version}`
}

/**
 * Makes this thread import scene files from the snapshots, not from the disk. What a module of a snapshot imports comes
 * from the same snapshot; packages and files outside the scene folders are imported as ever, and `#scene` is ours
 * wherever the folder lies. What it gives back tells which modules of the snapshots a file that was imported is made
 * of.
 */
export function importFromSnapshots({ snapshots }: Sources): (file: SceneFile) => string[] {
  const imports = new Map<string, Set<string>>()
  const sceneUrl = new URL('../../../scenes/scene.ts', import.meta.url).href
  const textAt = (url: URL): string | undefined => {
    const version = url.searchParams.get('v')
    return version === null || url.protocol !== 'file:' ? undefined : snapshots[Number(version)]?.[fileURLToPath(url)]
  }
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === '#scene') return { url: sceneUrl, shortCircuit: true }
      const parent = context.parentURL
      if (/^(\.|file:)/.test(specifier)) {
        const url = new URL(specifier, parent)
        if (url.search === '' && parent !== undefined) url.search = new URL(parent).search
        if (textAt(url) !== undefined) {
          if (parent !== undefined) imports.set(parent, (imports.get(parent) ?? new Set()).add(url.href))
          return { url: url.href, shortCircuit: true }
        }
      }
      return next(specifier, context)
    },
    load(url, context, next) {
      loaded += 1
      const { pathname } = new URL(url)
      const source = textAt(new URL(url))
      const format = formats[extname(pathname)]
      if (source === undefined || format === undefined) return next(url, context)
      return { format, source, shortCircuit: true }
    },
  })
  return (file) => {
    // A set is walked through to its end, also while it grows.
    const urls = new Set([snapshotUrl(file)])
    for (const url of urls) for (const imported of imports.get(url) ?? []) urls.add(imported)
    const modules = [...urls].map((url) => fileURLToPath(new URL(url)))
    // What lies in its folder it may import later.
    const folder = `${file.path.slice(0, -extname(file.path).length)}${sep}`
    const lazy = Object.keys(snapshots[file.version] ?? {}).filter((path) => path.startsWith(folder))
    return [...new Set([...modules, ...lazy])]
  }
}
