import { z } from 'zod'

/** What the source answers: a JSON list of sales. */
export const salesSchema = z
  .array(z.object({ date: z.iso.date(), item: z.string().min(1), amount: z.number() }))
  .max(100_000)
export type Sale = z.infer<typeof salesSchema>[number]

export interface Week {
  /** Its Monday, `2026-11-16`. */
  monday: string
  total: number
  /** Beside the week before, 0.12 is 12 % more; undefined where there is nothing to compare with. */
  change: number | undefined
}

export interface Figures {
  weeks: Week[]
  /** Of the last week, the largest first. */
  items: { item: string; total: number }[]
}

const dayMs = 86_400_000

/** Sums of the last `count` weeks up to the one that `today` is in, weeks without sales too. */
export function figuresOf(sales: readonly Sale[], count: number, today: Date): Figures {
  const last = mondayOf(today.toISOString().slice(0, 10))
  const mondays = Array.from({ length: count + 1 }, (_, back) => daysAfter(last, -7 * (count - back)))
  const totals = mondays.map((monday) => sum(sales.filter(({ date }) => mondayOf(date) === monday)))
  const weeks = mondays.map((monday, place): Week => {
    const [before = 0, total = 0] = [totals[place - 1], totals[place]]
    return { monday, total, change: before === 0 ? undefined : total / before - 1 }
  })
  const ofLast = Object.groupBy(
    sales.filter(({ date }) => mondayOf(date) === last),
    ({ item }) => item,
  )
  const items = Object.entries(ofLast)
    .map(([item, its = []]) => ({ item, total: sum(its) }))
    .toSorted((one, other) => other.total - one.total || one.item.localeCompare(other.item))
  return { weeks: weeks.slice(1), items }
}

/** For a spreadsheet: with the mark by which Excel knows UTF-8, and nothing that it would take for a formula. */
export function csvOf({ weeks, items }: Figures): string {
  const rows = [
    ['week', 'total', 'change'],
    ...weeks.map(({ monday, total, change }) => [monday, total, change === undefined ? '' : change.toFixed(4)]),
    [],
    ['item', 'total'],
    ...items.map(({ item, total }) => [item, total]),
  ]
  return `\ufeff${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}

function cell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

function sum(sales: readonly Sale[]): number {
  return Math.round(sales.reduce((total, { amount }) => total + amount, 0) * 100) / 100
}

function mondayOf(date: string): string {
  const day = (new Date(date).getUTCDay() + 6) % 7
  return daysAfter(date, -day)
}

function daysAfter(date: string, days: number): string {
  return new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10)
}
