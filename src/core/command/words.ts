import { UsageError } from '../errors.ts'
import { type Bilingual, inLang, type Lang } from '../text/lang.ts'
import type { Argument, CommandEntry } from './catalog.ts'
import { cutAtLineBreak, nextWord, type Word } from './line.ts'

/**
 * What was written after a command's words, by argument name. Positional in order, `--name=value`, `--name value`,
 * `--flag`; `--` ends the names; a `rest` argument takes all that is left of the line as it is; what follows the first
 * line break is the last argument as it is. Arguments that were left out are missing from the result. Throws
 * UsageError: a sentence in `lang` with the usage line under it.
 */
export function readArguments(
  rest: string,
  entry: Pick<CommandEntry, 'scene' | 'name' | 'args'>,
  lang: Lang,
): Record<string, string | boolean> {
  const { args } = entry
  const given: Record<string, string | boolean> = {}
  const fail = (sentence: Bilingual): never => {
    throw new UsageError(withUsage(inLang(lang, sentence), entry, lang))
  }
  const put = (argument: Argument, value: string): void => {
    given[argument.name] = checked(argument, value, fail)
  }
  /** The first positional argument that has no value yet. */
  const inTurn = (): Argument | undefined => args.find((arg) => isByPlace(arg) && !Object.hasOwn(given, arg.name))

  const { line, tail } = cutAtLineBreak(rest)
  let isTailTaken = tail === undefined || tail.trim() === ''
  let mayName = true
  let word = nextWord(line, 0)
  while (word !== undefined) {
    const argument = inTurn()
    const flag = mayName && !word.quoted && word.unclosed === undefined ? readFlag(word, args) : undefined
    if (flag?.isEnd) {
      mayName = false
    } else if (flag?.argument) {
      let value = flag.value
      if (value === undefined && !flag.argument.flag) {
        word = nextWord(line, word.end) ?? fail(sentences.needsValue(flag.argument.name))
        value = closed(word, fail).text
      }
      if (flag.argument.flag) given[flag.argument.name] = readFlagValue(flag.argument, value, fail)
      else put(flag.argument, value ?? '')
    } else if (argument?.rest) {
      put(argument, isTailTaken ? unquoted(line.slice(word.start).trimEnd()) : rest.slice(word.start))
      isTailTaken = true
      break
    } else if (flag) {
      fail(sentences.unknownFlag(word.text))
    } else if (argument) {
      put(argument, closed(word, fail).text)
    } else {
      fail(sentences.tooMany(closed(word, fail).text))
    }
    word = nextWord(line, word.end)
  }
  if (!isTailTaken && tail !== undefined) {
    const last = args.findLast(isByPlace)
    const argument = last?.rest && !Object.hasOwn(given, last.name) ? last : inTurn()
    put(argument ?? fail(sentences.tooMany(tail)), tail)
  }
  const missing = args.find((arg) => !arg.optional && !arg.flag && !Object.hasOwn(given, arg.name))
  if (missing) fail(sentences.missing(missing.name))
  return given
}

/** How a command is written: `demo sleep <seconds>`, what may be left out in []. */
export function usageLine(entry: Pick<CommandEntry, 'scene' | 'name' | 'args'>): string {
  return [...commandWords(entry.scene, entry.name), ...entry.args.map(usageOf)].join(' ')
}

/** What is typed to call it: no scene for a built-in, no command for a scene's default one. */
export function commandWords(scene: string, command: string): string[] {
  if (scene === '') return [command]
  return command.toLowerCase() === 'default' ? [scene] : [scene, command]
}

/** A sentence, and the usage line under it. */
export function withUsage(sentence: string, entry: Pick<CommandEntry, 'scene' | 'name' | 'args'>, lang: Lang): string {
  return `${sentence}\n${inLang(lang, { zh: '用法：', en: 'Usage: ' })}${usageLine(entry)}`
}

function isByPlace({ flag, named }: Argument): boolean {
  return !(flag || named)
}

function usageOf(argument: Argument): string {
  if (argument.flag) return `[--${argument.name}]`
  if (argument.named) return `[--${argument.name}=…]`
  const name = argument.rest ? `${argument.name}…` : argument.name
  return argument.optional ? `[${name}]` : `<${name}>`
}

interface Flag {
  argument?: Argument
  value?: string
  /** `--`, after which nothing is a name. */
  isEnd?: boolean
}

/** Undefined when the word does not look like a name; without an argument when nothing has that name. */
function readFlag(word: Word, args: readonly Argument[]): Flag | undefined {
  if (!word.text.startsWith('--')) return undefined
  if (word.text === '--') return { isEnd: true }
  const [name = ''] = word.text.slice(2).split('=', 1)
  const argument = args.find((arg) => arg.name.toLowerCase() === name.toLowerCase())
  const value = word.text.length > name.length + 2 ? word.text.slice(name.length + 3) : undefined
  return { argument, value }
}

type Fail = (sentence: Bilingual) => never

function closed(word: Word, fail: Fail): Word {
  return word.unclosed === undefined ? word : fail(sentences.unclosed(word.unclosed))
}

function readFlagValue(argument: Argument, value: string | undefined, fail: Fail): boolean {
  if (value === undefined || /^(true|yes|on|1|是|开)$/i.test(value)) return true
  return /^(false|no|off|0|否|关)$/i.test(value) ? false : fail(sentences.notFlag(argument.name))
}

function checked(argument: Argument, value: string, fail: Fail): string {
  const { choices } = argument
  if (choices === undefined) return value
  const choice =
    choices.find((one) => one === value) ?? choices.find((one) => one.toLowerCase() === value.toLowerCase())
  return choice ?? fail(sentences.notChoice(argument.name, choices))
}

/** What stands in one pair of quotes from end to end; a text that merely begins with a quote stays as it is. */
function unquoted(text: string): string {
  const word = nextWord(text, 0)
  return word?.quoted && word.unclosed === undefined && word.end === text.length ? word.text : text
}

const sentences = {
  missing: (name: string): Bilingual => ({ zh: `缺少参数 ${name}。`, en: `The argument ${name} is missing.` }),
  tooMany: (text: string): Bilingual => ({
    zh: `参数太多：不知道“${shortened(text)}”该放在哪里。有空格的内容请加引号。`,
    en: `Too many arguments: "${shortened(text)}" has no place. Put quotes around what has spaces in it.`,
  }),
  unknownFlag: (flag: string): Bilingual => ({
    zh: `没有参数 ${shortened(flag)}。如果它就是内容，请在前面加上 -- 。`,
    en: `There is no argument ${shortened(flag)}. If it is meant as text, write -- before it.`,
  }),
  needsValue: (name: string): Bilingual => ({ zh: `--${name} 后面缺少值。`, en: `--${name} needs a value.` }),
  notFlag: (name: string): Bilingual => ({
    zh: `--${name} 只能是 true 或 false。`,
    en: `--${name} takes true or false.`,
  }),
  notChoice: (name: string, choices: readonly string[]): Bilingual => ({
    zh: `参数 ${name} 只能是：${choices.join('、')}。`,
    en: `The argument ${name} is one of: ${choices.join(', ')}.`,
  }),
  unclosed: (quote: string): Bilingual => ({
    zh: `引号 ${quote} 没有配对。`,
    en: `The quote ${quote} is never closed.`,
  }),
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
