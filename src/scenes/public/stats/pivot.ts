import { Failure } from './failure.ts'
import type { Cell, Result } from './result.ts'

/** More columns than this are no table that one can read; rows have no such end. */
const MOST_COLUMNS = 200

/** Values by two names, side by side. */
export interface Pivot {
  rows: readonly string[]
  columns: readonly string[]
  values: readonly (readonly (number | null)[])[]
  result: Result
}

/**
 * Puts the answer to `pivotSql` side by side: names in the order of their alphabet, numbers and dates in their own.
 * Throws Failure when there are too many columns.
 */
export function pivotOf(found: Result, rowName: string, empty: string): Pivot {
  const rows = namesAt(found, 0)
  const columns = namesAt(found, 1)
  if (columns.length > MOST_COLUMNS) {
    throw new Failure({
      zh: `横向的那一列有 ${columns.length} 种值，最多 ${MOST_COLUMNS} 种。请换一列，或把两列对调。`,
      en: `The second column has ${columns.length} values, ${MOST_COLUMNS} at most. Take another, or swap the two.`,
    })
  }
  const rowAt = new Map(rows.map((name, index) => [name, index]))
  const columnAt = new Map(columns.map((name, index) => [name, index]))
  const values: (number | null)[][] = rows.map(() => columns.map(() => null))
  for (const [row = null, column = null, value = null] of found.rows) {
    const line = values[rowAt.get(row) ?? -1]
    if (line !== undefined) line[columnAt.get(column) ?? 0] = typeof value === 'number' ? value : null
  }
  const word = (cell: Cell): string => (cell === null ? empty : String(cell))
  return {
    rows: rows.map(word),
    columns: columns.map(word),
    values,
    result: {
      columns: [
        { name: rowName, kind: 'text' },
        ...columns.map((name) => ({ name: word(name), kind: 'number' as const })),
      ],
      rows: rows.map((name, index) => [word(name), ...(values[index] ?? [])]),
      isCut: found.isCut,
    },
  }
}

function namesAt({ rows }: Result, index: number): Cell[] {
  const names = [...new Set(rows.map((row) => row[index] ?? null))]
  // What is empty stands last.
  return names.toSorted((one, other) => {
    if (one === null || other === null) return one === other ? 0 : one === null ? 1 : -1
    if (typeof one === 'number' && typeof other === 'number') return one - other
    return String(one).localeCompare(String(other), 'zh-CN', { numeric: true })
  })
}
