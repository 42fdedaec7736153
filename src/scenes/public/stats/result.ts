/** A cell of an answer: what is no number is as people write it. */
export type Cell = string | number | null

export interface ResultColumn {
  name: string
  kind: 'number' | 'date' | 'text'
}

/** The answer to a question; `isCut`: there is more than was asked for. */
export interface Result {
  columns: readonly ResultColumn[]
  rows: readonly (readonly Cell[])[]
  isCut: boolean
}

/** DuckDB's value as a cell. */
export function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return null
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  if (typeof value === 'object' && 'toDouble' in value && typeof value.toDouble === 'function')
    return Number(value.toDouble())
  // A moment at midnight is a day.
  return String(value).replace(/^(\d{4}-\d\d-\d\d) 00:00:00(?:\+00)?$/, '$1')
}

/** Its full worth, without the noise that binary fractions leave behind the fifteenth digit. */
export function exact(value: number): string {
  return Number.isInteger(value) ? value.toString() : Number(value.toPrecision(15)).toString()
}
