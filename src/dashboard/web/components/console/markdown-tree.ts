import MarkdownIt, { type StateInline, type Token } from 'markdown-it'
import { safeUrl } from './safe-url.ts'

/** A piece of a Markdown text: what kind it is, a token's type without `_open`, and what stands in it. */
export interface Piece {
  kind: string
  token: Token
  inner: Piece[]
}

/** The longest text that is read; the parser's time grows with the length alone, whatever stands in the text. */
const MOST_LETTERS = 100_000
/** Beyond these nobody writes, and the browser has to draw them all. */
const MOST_PIECES = 20_000
const MOST_DEPTH = 40

const parser = new MarkdownIt({ html: false, linkify: true, breaks: true })
  // Pictures would come from elsewhere, and become links. What defines a reference would not be seen. A line of dashes
  // is a line.
  .disable(['image', 'reference', 'lheading'])
parser.validateLink = (url) => safeUrl(url) !== undefined
// Only what begins as a web address is one without being marked.
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false })
for (const scheme of ['ftp:', '//', 'mailto:']) parser.linkify.add(scheme, null)
parser.inline.ruler.before('autolink', 'tint', readTint)

/** WeCom's `<font color="…">`, the only tag that is known. */
const tint = /^(?:<font color="(info|comment|warning)">|<\/font>)/

function readTint(state: StateInline, silent: boolean): boolean {
  const found = tint.exec(state.src.slice(state.pos, state.pos + 30))
  if (!found) return false
  if (!silent) {
    const token = state.push(found[1] === undefined ? 'tint_end' : 'tint', '', 0)
    token.content = found[0]
    token.info = found[1] ?? ''
  }
  state.pos += found[0].length
  return true
}

/**
 * The text as a tree. Undefined for one that is longer, deeper or richer than any person's: it is to be shown as it is
 * written.
 */
export function readMarkdown(text: string): Piece[] | undefined {
  if (text.length > MOST_LETTERS) return undefined
  const root: Piece[] = []
  let count = 0

  function grow(tokens: readonly Token[], into: Piece[], depth: number): boolean {
    const tints = pairedTints(tokens)
    const open = [into]
    for (const token of tokens) {
      const isPaired = tints.has(token)
      if (token.nesting === -1 || (token.type === 'tint_end' && isPaired)) {
        open.pop()
        continue
      }
      count += 1
      if (count > MOST_PIECES || depth + open.length > MOST_DEPTH) return false
      const piece: Piece = { kind: kindOf(token, isPaired), token, inner: [] }
      open.at(-1)?.push(piece)
      if (token.nesting === 1 || isPaired) open.push(piece.inner)
      if (token.children && !grow(token.children, piece.inner, depth + open.length)) return false
    }
    return true
  }

  return grow(parser.parse(text, {}), root, 0) ? root : undefined
}

function kindOf({ type }: Token, isPaired: boolean): string {
  if (type === 'tint' || type === 'tint_end') return isPaired ? 'tint' : 'text'
  return type.replace(/_open$/, '')
}

/** The marks of a tint that have their partner within the same other marks; the others are text. */
function pairedTints(tokens: readonly Token[]): ReadonlySet<Token> {
  const paired = new Set<Token>()
  const open: Token[] = []
  for (const token of tokens) {
    if (token.nesting === 1 || token.type === 'tint') open.push(token)
    if (token.nesting === -1) {
      while (open.at(-1)?.type === 'tint') open.pop()
      open.pop()
    }
    const last = open.at(-1)
    if (token.type === 'tint_end' && last?.type === 'tint') {
      paired.add(token).add(last)
      open.pop()
    }
  }
  return paired
}
