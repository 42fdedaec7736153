import { csvLine } from './csv-line.ts'
import { exact, type Result } from './result.ts'

/** What every platform takes in one file. */
const MOST_CHARS = 15 * 1024 * 1024

/**
 * A whole answer as CSV, with the mark by which Excel sees that it is UTF-8; `rows` is how many of it there was room
 * for.
 */
export function resultCsv({ columns, rows }: Result): { text: string; rows: number } {
  const pieces = [`\ufeff${csvLine(columns.map(({ name }) => unarmed(name)))}`]
  let chars = 0
  let written = 0
  for (const row of rows) {
    const line = csvLine(
      row.map((cell) => (cell === null ? '' : typeof cell === 'number' ? exact(cell) : unarmed(cell))),
    )
    chars += Buffer.byteLength(line)
    if (chars > MOST_CHARS) break
    pieces.push(line)
    written += 1
  }
  return { text: pieces.join(''), rows: written }
}

/**
 * A text that a spreadsheet would run as a formula when it opens the file:
 * https://owasp.org/www-community/attacks/CSV_Injection. +86 138… is none.
 */
function unarmed(text: string): string {
  return /^[=@\t\r]|^[-+][^\n]*[(|!]/.test(text) ? `'${text}` : text
}
