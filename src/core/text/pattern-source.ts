/** JavaScript's form has something that RE2 has not; the message is a sentence that follows the pattern's name. */
export class Untranslatable extends Error {
  override readonly name = 'Untranslatable'
}

const LINEAR = 'which takes ever longer on some texts; write it without, and look closer in the command'
const noLooking = `looks ahead or behind, as in (?=…) or (?<!…), ${LINEAR}`
const noReferring = `refers back to what a group has matched, as in \\1, ${LINEAR}`

/** JavaScript's spaces, those of Chinese texts among them. RE2's `\s` knows ASCII alone. */
const spaces = '\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}'
/** All others, as a class within a class cannot be turned round. */
const noSpaces = [
  '\\x{0}-\\x{8}\\x{e}-\\x{1f}!-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}',
  '\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}',
].join('')
const anyOfLine = '[^\\n\\r\\x{2028}\\x{2029}]'
const anything = '\\x{0}-\\x{10ffff}'

interface Place {
  isInClass: boolean
  /** The flag `s`: a dot is a line break, too. */
  isDotAll: boolean
}

/** What of the source begins here, and what it is in RE2's form; the first row that fits. */
const rows: readonly [
  begins: RegExp,
  write: (found: RegExpExecArray, place: Place) => string,
  where?: 'class' | 'outside',
][] = [
  [/\[\]/y, () => `[^${anything}]`, 'outside'],
  [/\[\^\]/y, () => `[${anything}]`, 'outside'],
  // Within a class RE2 would read the name of another one: `[[:alpha:]]`.
  [/\[/y, () => '\\[', 'class'],
  [/\./y, (_, { isDotAll }) => (isDotAll ? `[${anything}]` : anyOfLine), 'outside'],
  // Nobody asks for groups, so all of them only hold together. Names need not be such as RE2 takes.
  [/\((?:\?:|\?<(?![=!])[^>]+>)?(?!\?)/y, () => '(?:', 'outside'],
  [/\(\?<?[=!]/y, refuse(noLooking), 'outside'],
  [/\(\?/y, refuse('changes its flags in the middle, as in (?i:…); write them at its end'), 'outside'],
  [/\\(?:k|[1-9])/y, refuse(noReferring), 'outside'],
  [/\\s/y, (_, { isInClass }) => (isInClass ? spaces : `[${spaces}]`)],
  [/\\S/y, (_, { isInClass }) => (isInClass ? noSpaces : `[${noSpaces}]`)],
  // Within a class it is the backspace.
  [/\\b/y, () => '\\x{8}', 'class'],
  [/\\u(d[89ab][\da-f]{2})\\u(d[c-f][\da-f]{2})/iy, ([, high, low]) => codePoint(pairOf(`${high}`, `${low}`))],
  [/\\u\{([\da-f]+)\}|\\u([\da-f]{4})|\\x([\da-f]{2})/iy, ([, one, two, three]) => `\\x{${one ?? two ?? three}}`],
  [/\\c([a-z])/iy, ([, letter]) => codePoint(`${letter}`.charCodeAt(0) % 32)],
  [/\\0/y, () => '\\x{0}'],
  [/\\([pP])\{(?:Script|sc|Script_Extensions|scx|General_Category|gc)=(\w+)\}/y, ([, p, name]) => `\\${p}{${name}}`],
  // Those that mean the same to both. Any other letter, a Chinese one too, stands for itself.
  [/\\[pP]\{\w+\}|\\[dDwWbBnrtfv]/y, ([same]) => same],
  [/\\([A-Za-z]|[^\0-\x7f])/uy, ([, letter]) => `${letter}`],
  [/\\?[\s\S]/uy, ([same]) => same],
]

/** The same regular expression in RE2's form. Throws Untranslatable when it has none. */
export function translatePattern(source: string, flags: string): string {
  if (flags.includes('v')) throw new Untranslatable('has the flag v; write u')
  const place: Place = { isInClass: false, isDotAll: flags.includes('s') }
  let translated = ''
  for (let at = 0; at < source.length; ) {
    const { length, text } = nextPiece(source, at, place)
    translated += text
    at += length
  }
  const shared = [...'im'].filter((flag) => flags.includes(flag)).join('')
  // No place in a text is kept from one message to the next, so the flag y asks for its beginning each time.
  const whole = flags.includes('y') ? `\\A(?:${translated})` : translated
  return `${shared === '' ? '' : `(?${shared})`}${whole}`
}

function nextPiece(source: string, at: number, place: Place): { length: number; text: string } {
  for (const [begins, write, where] of rows) {
    if (where !== undefined && (where === 'class') !== place.isInClass) continue
    begins.lastIndex = at
    const found = begins.exec(source)
    if (found === null) continue
    const [piece] = found
    const text = write(found, place)
    if (piece === '[' && !place.isInClass) place.isInClass = true
    else if (piece === ']') place.isInClass = false
    return { length: piece.length, text }
  }
  // The last row takes anything.
  throw new Error(`nothing begins at ${at} of ${source}`)
}

function refuse(sentence: string): () => never {
  return () => {
    throw new Untranslatable(sentence)
  }
}

function codePoint(code: number): string {
  return `\\x{${code.toString(16)}}`
}

function pairOf(high: string, low: string): number {
  return String.fromCharCode(Number.parseInt(high, 16), Number.parseInt(low, 16)).codePointAt(0) ?? 0
}
