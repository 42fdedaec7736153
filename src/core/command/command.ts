import type { Route } from '../task/task.ts'
import { type Pattern, readPattern } from '../text/pattern.ts'
import type { Catalog, CommandEntry, SceneEntry } from './catalog.ts'
import { isByEvent } from './happening.ts'
import { withoutLeadingSpaces } from './line.ts'
import { commandWords } from './words.ts'

/** Triggers look at this much of a text: a pattern that is slow on long texts must not hold up a callback. */
const triggerReach = 1000
const longestName = 64
const indexes = new WeakMap<Catalog, Index>()

interface Index {
  scenes: ReadonlyMap<string, { entry: SceneEntry; commands: ReadonlyMap<string, CommandEntry> }>
  aliases: ReadonlyMap<string, CommandEntry>
  triggered: readonly Triggered[]
  /** Those that something happening calls. */
  called: readonly CommandEntry[]
}

/** A command with the triggers it is called by. Whole texts are looked up: there may be thousands. */
interface Triggered {
  entry: CommandEntry
  exact: ReadonlySet<string>
  keywords: readonly string[]
  patterns: readonly Pattern[]
}

/**
 * The command a text asks for; undefined when it asks for none. In this order: a built-in, `scene command`, an alias, a
 * scene's command named `default`, a prefix (the longest first), a built-in's Chinese alias with the number of a task after it, a trigger. A leading `/` is passed over and case does
 * not matter.
 */
export function readCommand(
  text: string,
  catalog: Catalog,
  prefixes: Readonly<Record<string, string>>,
): Route | undefined {
  const index = indexOf(catalog)
  return (
    readNames(text, index) ?? readPrefix(text, index, prefixes) ?? readGlued(text, index) ?? readTrigger(text, index)
  )
}

/** The command that is called when this happens. */
export function commandFor(happened: string, catalog: Catalog): Route | undefined {
  const entry = indexOf(catalog).called.find(({ triggers }) =>
    triggers.some((trigger) => trigger.kind === 'event' && trigger.name === happened),
  )
  return entry && routeTo(entry, '')
}

/** Whether the text calls a command by what stands in it, as `readCommand` sees it. */
export function isTriggered(text: string, catalog: Catalog): boolean {
  return readTrigger(text, indexOf(catalog)) !== undefined
}

/**
 * What is typed for commands near to a text that asks for none, the nearest first, five at most; only what `mayUse`
 * allows.
 */
export function suggest(text: string, catalog: Catalog, mayUse: (scene: string, command: string) => boolean): string[] {
  const [first = '', second = ''] = text
    .trim()
    .replace(/^[/／]/, '')
    .slice(0, 200)
    .toLowerCase()
    .split(/\s+/)
  const index = indexOf(catalog)
  const found: { line: string; distance: number }[] = []
  const consider = (entry: CommandEntry, line: string, distance: number | undefined): void => {
    if (distance !== undefined && mayUse(entry.scene, entry.name)) found.push({ line, distance })
  }
  for (const [name, scene] of index.scenes) {
    const toScene = name === '' ? 0 : nearness(first, name)
    if (toScene === undefined) continue
    for (const [command, entry] of scene.commands) {
      const line = commandWords(entry.scene, entry.name).join(' ')
      const toCommand = nearness(name === '' ? first : second, command)
      // A scene that was named rightly shows what it has, whatever stands behind it.
      consider(entry, line, toCommand === undefined && name !== '' ? toScene + 3 : plus(toScene, toCommand))
    }
  }
  for (const [alias, entry] of index.aliases) consider(entry, alias, nearness(first, alias))
  found.sort((one, other) => one.distance - other.distance)
  const nearest = found[0]?.distance ?? 0
  const near = found.filter((each) => each.distance <= nearest + 1)
  return [...new Set(near.map((each) => each.line))].slice(0, 5)
}

function readNames(text: string, index: Index): Route | undefined {
  const first = /^\s*[/／]?(\S+)/.exec(text)
  const name = first?.[1]?.toLowerCase()
  if (first === null || name === undefined || name.length > longestName) return undefined
  const after = withoutLeadingSpaces(text.slice(first[0].length))
  const builtin = index.scenes.get('')?.commands.get(name)
  if (builtin) return routeTo(builtin, after)

  const scene = index.scenes.get(name)
  const second = /^\S+/.exec(after)?.[0] ?? ''
  const command = second.length > longestName ? undefined : scene?.commands.get(second.toLowerCase())
  if (command) return routeTo(command, withoutLeadingSpaces(after.slice(second.length)))

  const bare = index.aliases.get(name) ?? scene?.commands.get('default')
  return bare && routeTo(bare, after)
}

/** A prefix stands for its command line; what follows it is the rest. */
function readPrefix(text: string, index: Index, prefixes: Readonly<Record<string, string>>): Route | undefined {
  const said = text.trimStart()
  const fitting = Object.keys(prefixes).filter((prefix) => prefix !== '' && said.startsWith(prefix))
  const longest = fitting.toSorted((one, other) => other.length - one.length)[0]
  if (longest === undefined) return undefined
  return readNames(`${prefixes[longest]} ${withoutLeadingSpaces(said.slice(longest.length))}`, index)
}

/** Chinese is written without spaces: `同意12b`. */
function readGlued(text: string, index: Index): Route | undefined {
  const found = /^\s*[/／]?(\p{Script=Han}{1,8})([#＃]?[\d０-９]{1,15}[a-zａ-ｚ]{0,3}[\d０-９]{0,6})(?!\S)/iu.exec(text)
  const [whole = '', name = '', number = ''] = found ?? []
  const entry = index.aliases.get(name)
  if (entry === undefined || entry.scene !== '' || entry.args[0]?.name !== 'number') return undefined
  return routeTo(entry, `${number}${text.slice(whole.length)}`)
}

function readTrigger(text: string, index: Index): Route | undefined {
  const seen = text.slice(0, triggerReach)
  const lower = seen.toLowerCase()
  // A text that was cut is not whole.
  const whole = text.length > triggerReach ? undefined : lower.trim()
  for (const { entry, exact, keywords, patterns } of index.triggered) {
    if (whole !== undefined && exact.has(whole)) return routeTo(entry, text.trim())
    const isMeant =
      keywords.some((keyword) => lower.includes(keyword)) || patterns.some((pattern) => pattern.test(seen))
    if (isMeant) return { ...routeTo(entry, text.trim()), isByChance: true }
  }
  return undefined
}

function triggeredBy(entry: CommandEntry): Triggered {
  const exact = new Set<string>()
  const keywords: string[] = []
  const patterns: Pattern[] = []
  for (const trigger of entry.triggers) {
    if (trigger.kind === 'exact') exact.add(trigger.text.trim().toLowerCase())
    else if (trigger.kind === 'keyword') keywords.push(trigger.keyword.toLowerCase())
    else if (trigger.kind === 'pattern') patterns.push(readPattern(trigger.source, trigger.flags))
  }
  return { entry, exact, keywords, patterns }
}

function routeTo(entry: CommandEntry, rest: string): Route {
  return { scene: entry.scene, command: entry.name, rest }
}

function indexOf(catalog: Catalog): Index {
  const kept = indexes.get(catalog)
  if (kept) return kept
  const all = catalog.scenes.flatMap((scene) => scene.commands)
  const aliases = new Map<string, CommandEntry>()
  for (const entry of all) {
    for (const alias of entry.aliases) {
      if (!aliases.has(alias.toLowerCase())) aliases.set(alias.toLowerCase(), entry)
    }
  }
  const scenes = new Map(
    catalog.scenes.map((entry) => {
      const commands = new Map(
        entry.commands.filter((each) => !isByEvent(each)).map((command) => [command.name.toLowerCase(), command]),
      )
      return [entry.name.toLowerCase(), { entry, commands }]
    }),
  )
  const triggered = all.filter((entry) => entry.triggers.some(({ kind }) => kind !== 'event')).map(triggeredBy)
  const called = all.filter((entry) => entry.triggers.some(({ kind }) => kind === 'event'))
  const index = { scenes, aliases, triggered, called }
  indexes.set(catalog, index)
  return index
}

/**
 * How far a word is from a name: 0 the same, 1 or 2 slips, 1 for its beginning; undefined when it is something else.
 */
function nearness(word: string, name: string): number | undefined {
  if (word === name) return 0
  if (word.length > longestName) return undefined
  if (word !== '' && name.startsWith(word)) return 1
  const slips = slipsBetween(word, name)
  return slips <= Math.min(2, Math.floor(name.length / 2)) ? slips : undefined
}

/** Damerau-Levenshtein, the restricted form: letters left out, put in, changed, or two neighbours swapped. */
function slipsBetween(one: string, other: string): number {
  let before: number[] = []
  let last = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1]
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (isSame ? 0 : 1),
        row > 1 && column > 1 && isSwapped ? at(before, column - 2) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    before = last
    last = current
  }
  return at(last, other.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}

function plus(one: number, other: number | undefined): number | undefined {
  return other === undefined ? undefined : one + other
}
