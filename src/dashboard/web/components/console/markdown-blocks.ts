/** A markdown text as blocks; what is no block is a paragraph. Nothing is ever read as HTML. */
export type Block =
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'paragraph'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'quote'; blocks: Block[] }
  | { kind: 'list'; isOrdered: boolean; start: number; items: Block[][] }
  | { kind: 'table'; head: string[]; rows: string[][] }
  | { kind: 'rule' }

const fence = /^ {0,3}(```+|~~~+)/
const heading = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/
const quote = /^ {0,3}> ?/
const rule = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/
const item = /^( {0,8})([-*+]|\d{1,9}[.)])(?: +|$)/
const tableRule = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/

/** Deeper nesting than any person writes is left as text: a hostile text must not exhaust the stack. */
const MOST_DEPTH = 8

export function readBlocks(text: string, depth = 0): Block[] {
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  const blocks: Block[] = []
  let at = 0
  while (at < lines.length) {
    if (lines[at]?.trim() === '') {
      at++
      continue
    }
    const [block, next] = readBlock(lines, at, depth)
    blocks.push(block)
    at = next
  }
  return blocks
}

/** The block that begins at this line, and the line after it. */
function readBlock(lines: readonly string[], at: number, depth: number): [Block, number] {
  const line = lines[at] ?? ''
  const fenced = fence.exec(line)?.[1]
  if (fenced) return readCode(lines, at, fenced)
  const head = heading.exec(line)
  if (head) return [{ kind: 'heading', level: head[1]?.length ?? 1, text: head[2] ?? '' }, at + 1]
  if (rule.test(line)) return [{ kind: 'rule' }, at + 1]
  if (depth < MOST_DEPTH && quote.test(line)) return readQuote(lines, at, depth)
  if (depth < MOST_DEPTH && item.test(line)) return readList(lines, at, depth)
  if (line.includes('|') && tableRule.test(lines[at + 1] ?? '') && lines[at + 1]?.includes('|')) {
    return readTable(lines, at)
  }
  return readParagraph(lines, at)
}

function readCode(lines: readonly string[], at: number, opening: string): [Block, number] {
  const isEnd = (line: string) => line.trim().startsWith(opening) && /^[`~]+$/.test(line.trim())
  let end = at + 1
  while (end < lines.length && !isEnd(lines[end] ?? '')) end++
  return [{ kind: 'code', text: lines.slice(at + 1, end).join('\n') }, end + 1]
}

function readQuote(lines: readonly string[], at: number, depth: number): [Block, number] {
  let end = at
  while (end < lines.length && quote.test(lines[end] ?? '')) end++
  const inner = lines.slice(at, end).map((line) => line.replace(quote, ''))
  return [{ kind: 'quote', blocks: readBlocks(inner.join('\n'), depth + 1) }, end]
}

function readList(lines: readonly string[], at: number, depth: number): [Block, number] {
  const [, indent = '', marker = ''] = item.exec(lines[at] ?? '') ?? []
  const isOrdered = /\d/.test(marker)
  const items: string[][] = []
  let end = at
  for (; end < lines.length; end++) {
    const line = lines[end] ?? ''
    const found = item.exec(line)
    const isSibling =
      found?.[1] !== undefined && found[1].length <= indent.length && /\d/.test(found[2] ?? '') === isOrdered
    if (isSibling && !rule.test(line)) items.push([line.slice(found[0].length)])
    else if (line.trim() === '' ? isIndented(lines[end + 1] ?? '', indent) : isIndented(line, indent)) {
      items.at(-1)?.push(dedent(line, indent.length + 2))
    } else break
  }
  return [
    {
      kind: 'list',
      isOrdered,
      start: Number.parseInt(marker, 10) || 1,
      items: items.map((inner) => readBlocks(inner.join('\n'), depth + 1)),
    },
    end,
  ]
}

function isIndented(line: string, indent: string): boolean {
  return line.startsWith(`${indent}  `) && line.trim() !== ''
}

function dedent(line: string, width: number): string {
  const blank = line.length - line.trimStart().length
  return line.slice(Math.min(width, blank))
}

function readTable(lines: readonly string[], at: number): [Block, number] {
  let end = at + 2
  while (end < lines.length && (lines[end] ?? '').includes('|')) end++
  const head = cellsOf(lines[at] ?? '')
  return [{ kind: 'table', head, rows: lines.slice(at + 2, end).map(cellsOf) }, end]
}

function cellsOf(line: string): string[] {
  return line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim())
}

function readParagraph(lines: readonly string[], at: number): [Block, number] {
  let end = at + 1
  while (end < lines.length && !isBreak(lines[end] ?? '')) end++
  return [{ kind: 'paragraph', text: lines.slice(at, end).join('\n') }, end]
}

function isBreak(line: string): boolean {
  return line.trim() === '' || [fence, heading, quote, rule, item].some((pattern) => pattern.test(line))
}
