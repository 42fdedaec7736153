import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { SceneFault } from '../core/command/catalog.ts'
import { whyOf } from '../core/text/why.ts'
import { type SceneFile, shownPath } from './sources.ts'

/**
 * What was thrown while a scene file was loaded, with the line; a mistake in a file it imports is named with that file
 * in the message.
 */
export function faultOf(thrown: unknown, file: SceneFile): SceneFault {
  const error = thrown instanceof Error ? thrown : new Error(`it threw ${whyOf(thrown)}`)
  const place = placeIn(error.stack ?? '') ?? placeOfImport(error.message) ?? placeBySyntaxCheck(error, file)
  const message = plainPaths(error.message)
  if (place === undefined) return { file: file.shown, message }
  if (place.path === file.path) return { file: file.shown, line: place.line, message }
  return { file: file.shown, message: `${shownPath(place.path)}:${place.line}: ${message}` }
}

/** A stack or message as people read it: paths instead of URLs, no versions. */
export function plainPaths(text: string): string {
  return text.replace(/file:\/\/[^\s:?)]+/g, pathOf).replace(/\?v=\d+/g, '')
}

interface Place {
  path: string
  line: number
}

/**
 * The first line of a file in a stack; Node puts a syntax error's own place at the very top. Frames of ours stand
 * lower, or the error is ours.
 */
function placeIn(stack: string): Place | undefined {
  const found = /(file:\/\/[^\s:?)]+)\?v=\d+:(\d+)/.exec(stack)
  return found?.[1] === undefined ? undefined : { path: pathOf(found[1]), line: Number(found[2]) }
}

/** "Cannot find module … imported from …" has no line; the importing file names the module somewhere. */
function placeOfImport(message: string): Place | undefined {
  const found = /^Cannot find (?:package|module) '([^']+)' imported from (\S+)/.exec(message)
  const [, wanted, importer] = found ?? []
  if (wanted === undefined || importer === undefined || !existsSync(importer)) return undefined
  const lines = readFileSync(importer, 'utf8').split('\n')
  return { path: importer, line: lines.findIndex((line) => line.includes(basename(wanted))) + 1 || 1 }
}

/**
 * Some mistakes the engine finds only after the types are gone, and then keeps the line to itself until nobody catches
 * the error.
 */
function placeBySyntaxCheck(error: Error, file: SceneFile): Place | undefined {
  if (error.name !== 'SyntaxError') return undefined
  const url = pathToFileURL(file.path).href
  const script = `await import(${JSON.stringify(url)})`
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 5_000,
    env: {},
  })
  const found = /^(file:\/\/[^\s:]+|\/[^\s:]+):(\d+)$/m.exec(stderr)
  return found?.[1] === undefined ? undefined : { path: pathOf(found[1]), line: Number(found[2]) }
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url)
  } catch {
    return url
  }
}
