import { RE2JS, RE2JSSyntaxException } from 're2js'
import { UsageError } from '../errors.ts'
import { translatePattern, Untranslatable } from './pattern-source.ts'

/**
 * What one text of a thousand characters may cost grows with this: up to some tens of milliseconds the first time, and
 * far less for what people write.
 */
const LARGEST = 2_500

/** What every message is held against in the main thread: a regular expression whose time grows with its text alone. */
export interface Pattern {
  /** As it was written, in JavaScript's form. */
  source: string
  flags: string
  test(text: string): boolean
  /** The first part of the text that fits. */
  find(text: string): string | undefined
}

/**
 * Reads a regular expression in JavaScript's form. It is matched by RE2, which tries all ways at once, so that none
 * takes long on any text; in return there is no looking ahead or behind and no referring back. Throws UsageError, with
 * a sentence that follows the pattern's name.
 */
export function readPattern(source: string, flags: string): Pattern {
  const compiled = compile(source, flags)
  return {
    source,
    flags,
    test: (text) => compiled.test(text),
    find: (text) => (compiled.test(text) ? (compiled.exec(text)?.[0] ?? undefined) : undefined),
  }
}

/** Why it cannot be read, in a sentence that follows the pattern's name; undefined when it can. */
export function patternFault(source: string, flags: string): string | undefined {
  try {
    compile(source, flags)
    return undefined
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
}

function compile(source: string, flags: string): RE2JS {
  try {
    // Only what JavaScript takes is translated.
    new RegExp(source, flags)
    const compiled = RE2JS.compile(translatePattern(source, flags))
    if (compiled.programSize() > LARGEST) throw new Untranslatable('is too large: let less be repeated, or fewer times')
    return compiled
  } catch (error) {
    throw new UsageError(sentenceOf(error), { cause: error })
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof Untranslatable) return error.message
  // `Invalid regular expression: /(/iu: Unterminated group`
  if (error instanceof SyntaxError) return `is no regular expression: ${error.message.split(': ').at(-1)}`
  if (!(error instanceof RE2JSSyntaxException)) throw error
  if (/repeat/.test(error.message)) return 'repeats something more than 1000 times; look at less of the text'
  return `is more than RE2 can do: ${error.message}`
}
