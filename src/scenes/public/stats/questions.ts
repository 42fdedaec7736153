import { type Column, columnNamed } from './columns.ts'
import { Failure } from './failure.ts'
import { named } from './sql-text.ts'

/* The questions that have a command, as SQL over the table `data`. */

export const howWords = ['sum', 'avg', 'count', 'min', 'max', 'median'] as const
export type How = (typeof howWords)[number]

export const everyWords = ['day', 'week', 'month', 'quarter', 'year'] as const
export type Every = (typeof everyWords)[number]

/**
 * How many answers `describeSql` gives for each column, in this order: rows, filled, different, unread, then five of
 * numbers, then first and last.
 */
export const describedEach = 11

/** All about all columns in one row, so that a gigabyte is read once. */
export function describeSql(columns: readonly Column[]): string {
  const fields = columns.flatMap(({ name, kind, isRead, reads }) => {
    const raw = named(name)
    const isUnread = isRead && kind !== 'text' ? `count(*) FILTER (${reads} IS NULL AND NOT is_blank(${raw}))` : '0'
    const common = ['count(*)', `count(${reads})`, `approx_count_distinct(${reads})`, isUnread]
    if (kind !== 'number')
      return [...common, 'NULL', 'NULL', 'NULL', 'NULL', 'NULL', `min(${reads})::VARCHAR`, `max(${reads})::VARCHAR`]
    const figures = ['min', 'max', 'avg', 'sum'].map((figure) => `${figure}(${reads})`)
    return [...common, ...figures, `approx_quantile(${reads}, 0.5)`, 'NULL', 'NULL']
  })
  return `SELECT ${fields.join(', ')} FROM raw`
}

/** How many different values each column has, exactly: for tables that are not too long for it. */
export function distinctSql(columns: readonly Column[]): string {
  return `SELECT ${columns.map(({ reads }) => `count(DISTINCT ${reads})`).join(', ')} FROM raw`
}

/** What is worked out of a value in each group. */
export function measure(how: How, value: Column | undefined): string {
  if (value === undefined) return 'count(*)'
  return how === 'count' ? `count(${named(value.name)})` : `${how}(${named(value.name)})`
}

/** The column of values, which must be one of numbers unless it is only counted. */
export function valueColumn(columns: readonly Column[], wanted: string, how: How): Column {
  const column = columnNamed(columns, wanted)
  if (column.kind === 'number' || how === 'count') return column
  const numbers = columns.filter(({ kind }) => kind === 'number').map(({ name }) => name)
  const zh = numbers.length > 0 ? `数字列有：${numbers.slice(0, 10).join('、')}。` : '这张表里没有数字列。'
  const en = numbers.length > 0 ? `These have: ${numbers.slice(0, 10).join(', ')}.` : 'No column of the table has.'
  throw new Failure({
    zh: `“${column.name}”这一列不是数字，没法求和或求平均；可以用 --how=count 计数。${zh}`,
    en: `The column "${column.name}" holds no numbers to add up; --how=count counts it. ${en}`,
  })
}

/** A date column, or one of numbers that can be dates: years, 20260102, Excel's days. */
export function momentOf(columns: readonly Column[], wanted: string): string {
  const column = columnNamed(columns, wanted)
  if (column.kind === 'date') return named(column.name)
  if (column.kind === 'number') return `number_date(${named(column.name)})`
  const dates = columns.filter(({ kind }) => kind === 'date').map(({ name }) => name)
  const zh = dates.length > 0 ? `日期列有：${dates.slice(0, 10).join('、')}。` : '这张表里没有日期列。'
  const en = dates.length > 0 ? `These are dates: ${dates.slice(0, 10).join(', ')}.` : 'No column of the table is one.'
  throw new Failure({
    zh: `“${column.name}”这一列不像日期。${zh}`,
    en: `The column "${column.name}" is no date. ${en}`,
  })
}

/** The most frequent values of a column, or those with the greatest sum of another, with their share. */
export function topSql(column: Column, measured: string, valueName: string, shareName: string): string {
  const cell = named(column.name)
  return `SELECT ${cell}, ${measured} AS ${named(valueName)},
    CASE WHEN min(${measured}) OVER () >= 0 THEN round(${measured} * 100.0 / nullif(sum(${measured}) OVER (), 0), 2) END AS ${named(shareName)}
    FROM data GROUP BY ${cell} ORDER BY 2 DESC NULLS LAST, 1`
}

/** One line a pair of row and column: put side by side afterwards. */
export function pivotSql(rows: Column, columns: Column, measured: string): string {
  return `SELECT ${named(rows.name)}, ${named(columns.name)}, ${measured} FROM data GROUP BY ALL`
}

export function spanSql(moment: string): string {
  return `SELECT epoch(max(${moment}) - min(${moment})) FROM data`
}

/** One line a span of time, with its rows, and one for all without a date; weeks begin on Monday. */
export function trendSql(moment: string, every: Every, measured: string, dateName: string, valueName: string): string {
  return `SELECT date_trunc('${every}', ${moment}) AS ${named(dateName)}, ${measured} AS ${named(valueName)}, count(*)
    FROM data GROUP BY 1 ORDER BY 1`
}

const DAY_S = 86_400

/** Spans that make a line one can read. */
export function everyFor(seconds: number): Every {
  if (seconds <= 92 * DAY_S) return 'day'
  if (seconds <= 400 * DAY_S) return 'week'
  return seconds <= 8 * 366 * DAY_S ? 'month' : 'year'
}
