import type { Cell, Result } from './result.ts'
import { cutTo, padTo, widthOf } from './width.ts'

/** What is shown of an answer in the chat; the whole goes along as a file. */
const MOST_ROWS = 20
const MOST_COLUMNS = 10
const CELL_WIDTH = 24
const LINE_WIDTH = 96

/** An answer as lines, its columns one below the other, and how much of it is not shown. */
export function textTable({ columns, rows }: Pick<Result, 'columns' | 'rows'>): {
  text: string
  hiddenRows: number
  hiddenColumns: number
} {
  const shown = rows.slice(0, MOST_ROWS)
  const all = columns.map(({ name, kind }, index) => {
    const figures = figuresFor(kind === 'number' ? shown.map((row) => row[index] ?? null) : [])
    const cells = shown.map((row) => cutTo(cellText(row[index] ?? null, figures), CELL_WIDTH))
    const head = cutTo(name, CELL_WIDTH)
    return { head, cells, isNumber: kind === 'number', width: Math.max(widthOf(head), ...cells.map(widthOf)) }
  })
  let left = LINE_WIDTH
  const fitting = all.slice(0, MOST_COLUMNS).filter(({ width }, index) => {
    left -= width + 2
    return left >= 0 || index === 0
  })
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, index) => padTo(text, fitting[index]?.width ?? 0, fitting[index]?.isNumber ? 'left' : 'right'))
      .join('  ')
      .trimEnd()
  const rule = fitting.map(({ width }) => '-'.repeat(width)).join('  ')
  const lines = [
    line(fitting.map(({ head }) => head)),
    rule,
    ...shown.map((_, at) => line(fitting.map(({ cells }) => cells[at] ?? ''))),
  ]
  return {
    text: lines.join('\n'),
    hiddenRows: rows.length - shown.length,
    hiddenColumns: columns.length - fitting.length,
  }
}

/** How the numbers of a column are written. */
interface Figures {
  digits: number
  isGrouped: boolean
}

/** Two decimals at most. Whole numbers below ten thousand are left ungrouped, so that years stay years. */
function figuresFor(cells: readonly Cell[]): Figures {
  const digits = digitsFor(cells)
  return { digits, isGrouped: digits > 0 || cells.some((cell) => typeof cell === 'number' && Math.abs(cell) >= 10_000) }
}

function shownNumber(value: number, { digits, isGrouped }: Figures): string {
  const isSmall = value !== 0 && Math.abs(value) < 0.01 && digits > 0
  if (isSmall || Math.abs(value) >= 1e15) return value.toPrecision(4).replace(/\.?0+(?=e|$)/, '')
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: isGrouped,
  })
}

/** The decimals that a column's numbers need, two at most. */
function digitsFor(cells: readonly Cell[]): number {
  const needed = cells.map((cell) => {
    if (typeof cell !== 'number') return 0
    const rounded = Math.round(cell * 100) / 100
    return Number.isInteger(rounded) && Math.abs(rounded - cell) < 0.005 && (cell === 0 || rounded !== 0)
      ? 0
      : (String(rounded).split('.')[1]?.length ?? 0) || 2
  })
  return Math.min(2, Math.max(0, ...needed))
}

function cellText(cell: Cell, figures: Figures): string {
  if (cell === null) return '-'
  return typeof cell === 'number' ? shownNumber(cell, figures) : cell
}
