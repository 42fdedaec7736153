/** One word of a line. */
export interface Word {
  /** Without its quotes and escapes. */
  text: string
  start: number
  end: number
  /** Began with a quote: never a flag. */
  quoted: boolean
  /** The quote that was opened and never closed. */
  unclosed?: string
}

/** Phones turn straight quotes into the curly ones, and a Chinese keyboard writes those in the first place. */
const closingQuotes: Readonly<Record<string, string>> = { '"': '"', "'": "'", '“': '”', '‘': '’' }

/**
 * The next word at or after `from`; undefined at the end. A quote opens at the start of a word or right after
 * `--name=`, so an apostrophe inside one is a letter. Inside double quotes `\"` and `\\` stand for the second
 * character, all else is as it is.
 */
export function nextWord(line: string, from: number): Word | undefined {
  const start = skipSpaces(line, from)
  if (start >= line.length) return undefined
  const word: Word = { text: '', start, end: start, quoted: (line[start] ?? '') in closingQuotes }
  let mayOpen = true
  let isPastName = word.quoted || !line.startsWith('--', start)
  while (word.end < line.length && !isSpace(line[word.end])) {
    const character = line[word.end] ?? ''
    if (mayOpen && character in closingQuotes) {
      const inside = readQuoted(line, word.end)
      if (inside === undefined) return { ...word, end: line.length, unclosed: character }
      word.text += inside.text
      word.end = inside.end
      mayOpen = false
      continue
    }
    mayOpen = character === '=' && !isPastName
    isPastName ||= mayOpen
    word.text += character
    word.end += 1
  }
  return word
}

/** The line up to its first break, and what follows the break; undefined when there is none. */
export function cutAtLineBreak(text: string): { line: string; tail: string | undefined } {
  const found = /\r\n|\n|\r/.exec(text)
  if (found === null) return { line: text, tail: undefined }
  return { line: text.slice(0, found.index), tail: text.slice(found.index + found[0].length) }
}

/** `text` without the spaces in front; line breaks stay, they mean something. */
export function withoutLeadingSpaces(text: string): string {
  return text.replace(/^[^\S\r\n]+/, '')
}

function readQuoted(line: string, open: number): { text: string; end: number } | undefined {
  const quote = line[open] ?? ''
  const close = closingQuotes[quote] ?? quote
  if (quote !== '"') {
    const end = line.indexOf(close, open + 1)
    return end === -1 ? undefined : { text: line.slice(open + 1, end), end: end + 1 }
  }
  let text = ''
  for (let at = open + 1; at < line.length; at += 1) {
    if (line[at] === close) return { text, end: at + 1 }
    if (line[at] === '\\' && (line[at + 1] === '"' || line[at + 1] === '\\')) at += 1
    text += line[at]
  }
  return undefined
}

function skipSpaces(line: string, from: number): number {
  let at = from
  while (at < line.length && isSpace(line[at])) at += 1
  return at
}

/** Full-width and no-break spaces too. */
function isSpace(character: string | undefined): boolean {
  return character !== undefined && /\s/.test(character)
}
