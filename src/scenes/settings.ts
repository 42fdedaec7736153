import { existsSync } from 'node:fs'
import type { z } from 'zod'
import { UsageError } from '../core/errors.ts'
import type { Scene } from './scene.ts'

/** What operators have set for scenes, by the scene's name as they wrote it. */
export type SceneSettings = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** What stands for a scene, whatever the case of its name; undefined when nothing does. */
export function settingsOf(all: SceneSettings, scene: string): { name: string; values: unknown } | undefined {
  const found = Object.entries(all).find(([name]) => name.toLowerCase() === scene.toLowerCase())
  return found && { name: found[0], values: found[1] }
}

/**
 * The settings as the scene's schema makes them. Throws UsageError: what is wrong, with its place in the config file.
 */
export async function readSettings(scene: Scene, all: SceneSettings): Promise<Record<string, unknown>> {
  const given = settingsOf(all, scene.name)
  const where = `scenes.${given?.name ?? scene.name}`
  if (scene.settings === undefined) {
    if (given !== undefined) throw new UsageError(`${where}: this scene has no settings`)
    return {}
  }
  const read = await strict(scene.settings).safeParseAsync(given?.values ?? {}, { error: sentenceOf })
  if (read.success) return read.data
  throw new UsageError(read.error.issues.map((issue) => placed(issue, where)).join('; '))
}

/** Nobody would read a misspelt setting; an author who wants any name says so with `catchall` or `loose`. */
function strict(schema: z.ZodObject): z.ZodObject {
  return schema.def.catchall === undefined ? schema.strict() : schema
}

function sentenceOf(issue: z.core.$ZodRawIssue): string | undefined {
  return issue.input === undefined ? 'is missing' : undefined
}

function placed({ path, message }: z.core.$ZodIssue, where: string): string {
  return `${[where, ...path.map(String)].join('.')}: ${message}`
}

/** What is shorter is not worth hiding: it stands in half of all texts. */
const shortest = 8
const shortestInAddress = 4

/**
 * Takes what may be a secret among the settings out of a text: every text of theirs that is not short and names no
 * file, its words, and what an address has in its query or before its host.
 */
export function concealer(settings: SceneSettings): (text: string) => string {
  const secrets = [...new Set(textsIn(settings).flatMap(secretsIn))].toSorted((one, other) => other.length - one.length)
  return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text)
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

function secretsIn(text: string): string[] {
  if (existsSync(text)) return []
  const url = URL.parse(text)
  const inAddress = url === null ? [] : [url.username, url.password, ...url.searchParams.values()]
  return [
    ...[text, ...text.split(/\s+/)].filter(({ length }) => length >= shortest),
    ...inAddress.filter(({ length }) => length >= shortestInAddress),
  ]
}
