import { readFileSync } from 'node:fs'
import { groupSubject } from '../src/core/grant.ts'
import { harmlessEnvironment } from '../src/core/harmless-environment.ts'
import { readMoment } from '../src/core/schedule/moment.ts'
import type { Config } from './config.ts'
import { ConfigError, type Problem } from './config-error.ts'
import { withEnvironment } from './environment.ts'
import { interpolate } from './interpolate.ts'
import { type Settings, settingsSchema } from './schema.ts'
import { sentenceOf, unknownKey } from './sentences.ts'
import { readYaml } from './yaml-file.ts'

const defaultFile = 'config/huitou.yaml'

/**
 * The settings of this process, from its environment (`over` goes first) and the file that names. Throws ConfigError.
 */
export function loadConfig(over: Readonly<Record<string, string>> = {}): Config {
  return readConfig({ ...process.env, ...over }, readIfThere)
}

/**
 * The settings from an environment and the file it names (`HUITOU_CONFIG`), the environment going first. `readFile`
 * gives undefined for a file that is not there. Throws one ConfigError that tells everything that is wrong.
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string | undefined,
): Config {
  const path = environment.HUITOU_CONFIG || defaultFile
  const text = readFile(path)
  if (text === undefined && environment.HUITOU_CONFIG) {
    const missing = 'names a file that is not there: make it, or unset the variable'
    throw new ConfigError([{ place: 'environment', name: 'HUITOU_CONFIG', text: missing }])
  }
  const file = readYaml(path, text ?? '')
  if (file.problems.length > 0) throw new ConfigError(file.problems)

  const { tree, gaps } = interpolate(file.tree ?? {}, environment)
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) {
    throw new ConfigError([{ place: file.placeOf([]), name: '', text: 'must be settings, one `name: value` a line' }])
  }
  // A plain object, as just checked: its keys are what the schema looks at next.
  const whole = withEnvironment(tree as Record<string, unknown>, environment)

  const at = (path: readonly PropertyKey[], text: string): Problem => {
    const origin = whole.originOf(path)
    if (origin) return { place: 'environment', name: origin.variable + nameOf(origin.rest), text }
    return { place: file.placeOf(path), name: nameOf(path), text }
  }
  const atKey = (path: readonly PropertyKey[], text: string): Problem => ({
    place: file.placeOfKey(path),
    name: nameOf(path),
    text,
  })
  const problems = [...whole.problems, ...gaps.map((gap) => at(gap.path, gap.text))]
  const gapNames = new Set(gaps.map((gap) => nameOf(gap.path)))

  const parsed = settingsSchema.safeParse(whole.tree, { error: sentenceOf })
  for (const issue of parsed.error?.issues ?? []) {
    if (issue.code === 'unrecognized_keys') {
      problems.push(...issue.keys.map((key) => atKey([...issue.path, key], unknownKey(issue.path, key, whole.tree))))
    } else if (issue.code === 'invalid_key') problems.push(atKey(issue.path, issue.message))
    else if (!gapNames.has(nameOf(issue.path))) problems.push(at(issue.path, issue.message))
  }
  if (problems.length > 0 || !parsed.data) throw new ConfigError(problems.toSorted(byPlace))
  return configOf(parsed.data, environment)
}

function byPlace(one: Problem, other: Problem): number {
  return one.place.localeCompare(other.place, 'en', { numeric: true })
}

function configOf(settings: Settings, environment: Readonly<Record<string, string | undefined>>): Config {
  const timeZone = settings.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone
  return {
    ...settings,
    timeZone,
    hostEnvironment: { ...harmlessEnvironment(environment), TZ: timeZone },
    grants: settings.grants.map(({ person, group, scene, command, from, until }) => ({
      subject: group === undefined ? (person ?? '') : groupSubject(group),
      scene,
      command,
      validFrom: momentOf(from, timeZone, 'start'),
      validUntil: momentOf(until, timeZone, 'end'),
    })),
  }
}

/** The schema let no span from now through, so what time it is does not matter. */
function momentOf(text: string | undefined, timeZone: string, edge: 'start' | 'end'): number | undefined {
  return text === undefined ? undefined : readMoment(text, timeZone, 0, edge)
}

function nameOf(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '')
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
