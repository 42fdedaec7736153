import { open } from 'node:fs/promises'
import { Failure } from './failure.ts'

/** How a text is cut into cells. */
export interface CsvShape {
  delimiter: string
  /** Lines above the header, a title say. */
  skip: number
  /** Undefined: the first line is a row already. */
  header: string[] | undefined
  columns: number
}

const HEAD_BYTES = 256 * 1024
const LOOKED_AT = 30
const delimiters = [',', '\t', ';', '|']

/** Looks at the first lines of a UTF-8 text. */
export async function csvShapeOf(path: string, name: string): Promise<CsvShape> {
  const head = await headOf(path)
  const candidates = /\.tsv$/i.test(name) ? ['\t', ...delimiters] : delimiters
  const shapes = candidates.map((delimiter) => ({ delimiter, rows: rowsOf(head, delimiter) }))
  const best = shapes.reduce((one, other) => (steadiness(other.rows) > steadiness(one.rows) ? other : one))
  const { delimiter, rows } = best
  const columns = Math.max(0, ...rows.map(({ cells }) => cells.length))
  if (columns === 0) throw new Failure({ zh: '这个文件里没有内容。', en: 'There is nothing in the file.' })
  // A title stands alone in its line, above rows that have more.
  const top = rows.slice(0, 5).find(({ cells }) => columns < 2 || cells.filter((cell) => cell !== '').length > 1)
  const { cells, line } = top ?? rows[0] ?? { cells: [], line: 0 }
  return { delimiter, skip: line, header: isHeader(cells) ? cells : undefined, columns }
}

/** Numbers and dates are no names, but years and months may be: a table with a column a year. */
function isHeader(cells: readonly string[]): boolean {
  const valued = cells.filter(
    (cell) => /^[-+¥$(]?\d[\d,.]*%?\)?$/.test(cell) || /^\d{4}[-/]\d{1,2}[-/]\d{1,2}/.test(cell),
  )
  return valued.every((cell) => /^(?:19|20)\d{2}(?:0[1-9]|1[0-2])?$/.test(cell)) && cells.some((cell) => cell !== '')
}

/** How many lines have as many cells as most of them, and how many those are: what does not cut at all comes last. */
function steadiness(rows: readonly Row[]): number {
  const counts = new Map<number, number>()
  for (const {
    cells: { length },
  } of rows)
    counts.set(length, (counts.get(length) ?? 0) + 1)
  const [width, often] = [...counts].reduce((one, other) => (other[1] > one[1] ? other : one), [0, 0])
  return width < 2 ? 0 : (often / rows.length) * 1000 + width
}

interface Row {
  cells: string[]
  /** How many lines stand before it. */
  line: number
}

/** The first lines that hold anything, quotes heeded. */
function rowsOf(text: string, delimiter: string): Row[] {
  const rows: Row[] = []
  let cells: string[] = []
  let cell = ''
  let isQuoted = false
  let lines = 0
  let line = 0
  const endRow = (): void => {
    cells.push(cell.trim())
    if (cells.some((each) => each !== '')) rows.push({ cells, line })
    cells = []
    cell = ''
    line = lines
  }
  for (let at = 0; at < text.length && rows.length < LOOKED_AT; at++) {
    const letter = text[at]
    const isBreak = letter === '\n' || (letter === '\r' && text[at + 1] !== '\n')
    if (isBreak) lines += 1
    if (isQuoted) {
      if (letter !== '"') cell += letter
      else if (text[at + 1] === '"') cell += text[at++]
      else isQuoted = false
    } else if (letter === '"' && cell.trim() === '') isQuoted = true
    else if (letter === delimiter) {
      cells.push(cell.trim())
      cell = ''
    } else if (isBreak) endRow()
    else cell += letter
  }
  // The head may end within a line; a file that is shorter may end without a line break.
  if (rows.length < LOOKED_AT && text.length < HEAD_BYTES / 4 && (cell !== '' || cells.length > 0)) endRow()
  return rows
}

async function headOf(path: string): Promise<string> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return new TextDecoder('utf-8').decode(buffer.subarray(0, bytesRead))
  } finally {
    await file.close()
  }
}
