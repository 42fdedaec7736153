import { safeUrl } from './safe-url.ts'

/** A line's text as pieces; marks without a partner stay text. */
export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'strong' | 'em' | 'del'; inner: Inline[] }
  | { kind: 'link'; url: string; inner: Inline[] }
  /** WeCom's `<font color="…">`, the only tag that is known. */
  | { kind: 'tint'; tone: string; inner: Inline[] }

/** One pass finds them all. Every repetition is bounded or ends at its first mark, so that no text makes it run long. */
const marks = new RegExp(
  [
    /`(?<code>[^`\n]{1,2000})`/,
    /\[(?<label>[^[\]\n]{1,500})\]\((?<address>[^()\s]{1,2000})\)/,
    /<font color="(?<tone>info|comment|warning)">(?<tinted>[^<]{0,2000})<\/font>/,
    /\*\*(?<strong>[^\s*](?:[^*]{0,2000}[^\s*])?)\*\*/,
    /~~(?<del>[^\s~](?:[^~]{0,2000}[^\s~])?)~~/,
    /\*(?<em>[^\s*](?:[^*\n]{0,2000}[^\s*])?)\*/,
    /(?<bare>https?:\/\/[^\s<>"'`，。；：、！？（）《》「」]{0,2000}[^\s<>"'`，。；：、！？（）《》「」.,;:!?)\]])/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)

/** Marks inside marks, as deep as anyone writes them. */
const MOST_DEPTH = 4

export function readInline(text: string, depth = 0): Inline[] {
  if (depth > MOST_DEPTH) return [{ kind: 'text', text }]
  const pieces: Inline[] = []
  let end = 0
  for (const match of text.matchAll(marks)) {
    if (match.index > end) pieces.push({ kind: 'text', text: text.slice(end, match.index) })
    pieces.push(pieceOf(match[0], match.groups ?? {}, depth + 1))
    end = match.index + match[0].length
  }
  if (end < text.length) pieces.push({ kind: 'text', text: text.slice(end) })
  return pieces
}

function pieceOf(whole: string, groups: Record<string, string | undefined>, depth: number): Inline {
  const { code, label, address, tone, tinted, strong, del, em, bare } = groups
  if (code !== undefined) return { kind: 'code', text: code }
  if (tone !== undefined) return { kind: 'tint', tone, inner: readInline(tinted ?? '', depth) }
  if (strong !== undefined) return { kind: 'strong', inner: readInline(strong, depth) }
  if (del !== undefined) return { kind: 'del', inner: readInline(del, depth) }
  if (em !== undefined) return { kind: 'em', inner: readInline(em, depth) }
  const url = safeUrl(address ?? bare ?? '')
  if (url === undefined) return { kind: 'text', text: whole }
  return { kind: 'link', url, inner: label === undefined ? [{ kind: 'text', text: whole }] : readInline(label, depth) }
}
