import type { Every } from './questions.ts'
import type { Cell, Result } from './result.ts'

const MOST_POINTS = 1_000

/** The answer to `trendSql` as points along time; a span without rows is a gap, where that does not make too many. */
export function timeLine({ rows }: Result, every: Every): { name: string; value: number | null }[] {
  const values = new Map(rows.map(([at = null, value = null]) => [dayOf(at), typeof value === 'number' ? value : null]))
  const days = [...values.keys()]
  const first = days[0]
  const last = days.at(-1)
  if (first === undefined || last === undefined) return []
  const all: string[] = []
  for (let day = first; day <= last && all.length < MOST_POINTS; day = next(day, every)) all.push(day)
  const shown = all.length < MOST_POINTS ? all : days
  return shown.map((day) => ({ name: spanName(day, every), value: values.get(day) ?? null }))
}

/** A span as people call it: 2026-01, 2026Q1, 2026; a week by its Monday. */
export function spanName(day: string, every: Every): string {
  switch (every) {
    case 'year':
      return day.slice(0, 4)
    case 'quarter':
      return `${day.slice(0, 4)}Q${Math.floor((Number(day.slice(5, 7)) + 2) / 3)}`
    case 'month':
      return day.slice(0, 7)
    default:
      return day
  }
}

export function dayOf(cell: Cell): string {
  return String(cell).slice(0, 10)
}

function next(day: string, every: Every): string {
  const at = new Date(`${day}T00:00:00Z`)
  if (every === 'day') at.setUTCDate(at.getUTCDate() + 1)
  else if (every === 'week') at.setUTCDate(at.getUTCDate() + 7)
  else at.setUTCMonth(at.getUTCMonth() + { month: 1, quarter: 3, year: 12 }[every])
  return at.toISOString().slice(0, 10)
}
