import type { Bilingual } from '#scene'
import type { Found } from './answer.ts'
import { type Chart, mostBars, mostGridColumns, mostGridRows } from './chart/chart.ts'
import { columnNamed } from './columns.ts'
import { pivotOf } from './pivot.ts'
import {
  describedEach,
  describeSql,
  distinctSql,
  type Every,
  everyFor,
  type How,
  measure,
  momentOf,
  pivotSql,
  spanSql,
  topSql,
  trendSql,
  valueColumn,
} from './questions.ts'
import { type Cell, exact, type Result, type ResultColumn } from './result.ts'
import type { Table } from './table.ts'
import { dayOf, spanName, timeLine } from './time-line.ts'

/* What each command finds out; `pick` is the asker's language. */

type Pick = (text: Bilingual) => string

/** Rows of an answer that are kept: more are no answer any more. */
const MOST_ROWS = 100_000
const MOST_PAIRS = 500_000
/** In a longer table different values are estimated. */
const MOST_COUNTED = 100_000

const howNames: Readonly<Record<How, Bilingual>> = {
  sum: { zh: '合计', en: 'sum' },
  avg: { zh: '平均', en: 'average' },
  count: { zh: '个数', en: 'count' },
  min: { zh: '最小', en: 'least' },
  max: { zh: '最大', en: 'most' },
  median: { zh: '中位', en: 'median' },
}
const kindNames = {
  number: { zh: '数字', en: 'number' },
  date: { zh: '日期', en: 'date' },
  text: { zh: '文字', en: 'text' },
} as const
const estimateNote: Bilingual = { zh: '不同值、中位是估计数。', en: 'Distinct values and medians are estimates.' }
const emptyName: Bilingual = { zh: '（空）', en: '(empty)' }

export async function describe({ database, columns }: Table, pick: Pick): Promise<Found> {
  const { rows } = await database.ask(describeSql(columns), 1)
  const all = rows[0] ?? []
  const count = Number(all[0] ?? 0)
  const isExact = count <= MOST_COUNTED
  const counted = isExact ? ((await database.ask(distinctSql(columns), 1)).rows[0] ?? []) : []
  const lines = columns.map(({ name, kind }, index): Cell[] => {
    const each = all.slice(index * describedEach, (index + 1) * describedEach)
    const [, filled = 0, different = 0, , least = null, most = null, mean = null, sum = null, median = null] = each
    const [first = null, last = null] = each.slice(9)
    // The estimate may pass what there is.
    const distinct = counted[index] ?? Math.min(Number(different), Number(filled))
    const edges = kind === 'number' ? [least, most] : [first, last]
    return [name, pick(kindNames[kind]), filled, distinct, ...edges.map(edgeText), mean, median, sum]
  })
  const head: [Bilingual, ResultColumn['kind']][] = [
    [{ zh: '列', en: 'column' }, 'text'],
    [{ zh: '类型', en: 'kind' }, 'text'],
    [{ zh: '有值', en: 'filled' }, 'number'],
    [{ zh: '不同值', en: 'distinct' }, 'number'],
    [{ zh: '最小', en: 'least' }, 'text'],
    [{ zh: '最大', en: 'most' }, 'text'],
    [{ zh: '平均', en: 'mean' }, 'number'],
    [{ zh: '中位', en: 'median' }, 'number'],
    [{ zh: '合计', en: 'sum' }, 'number'],
  ]
  const notes = columns.map(({ name, kind }, index) => {
    const unread = Number(all[index * describedEach + 3] ?? 0)
    return unread > 0 ? unreadNote(name, kind, unread) : undefined
  })
  const rowsText = count.toLocaleString('en-US')
  return {
    title: { zh: `${rowsText} 行，${columns.length} 列`, en: `${rowsText} rows, ${columns.length} columns` },
    result: { columns: head.map(([name, kind]) => ({ name: pick(name), kind })), rows: lines, isCut: false },
    notes: isExact ? notes : [estimateNote, ...notes],
    fileName: 'describe',
  }
}

function edgeText(cell: Cell): Cell {
  return typeof cell === 'number' ? exact(cell) : (cell?.replace(/ 00:00:00$/, '') ?? null)
}

export interface TopArgs {
  column: string
  value?: string
  how: How
}

export async function top({ database, columns }: Table, { column, value, how }: TopArgs, pick: Pick): Promise<Found> {
  const named = columnNamed(columns, column)
  const valued = value === undefined ? undefined : valueColumn(columns, value, how)
  const valueName = nameOf(valued === undefined ? 'count' : how, valued?.name, pick)
  const shareName = pick({ zh: '占比%', en: 'share %' })
  const adds = valued === undefined || how === 'sum' || how === 'count'
  const found = await database.ask(topSql(named, measure(how, valued), valueName, shareName), MOST_ROWS)
  const result = withEmpty(adds ? found : withoutLast(found), pick)
  const bars = result.rows.flatMap(([name, amount]) =>
    typeof amount === 'number' ? [{ name: String(name), value: amount }] : [],
  )
  const shown = bars.slice(0, mostBars)
  const title: Bilingual = { zh: `${named.name}：按${valueName}排名`, en: `${named.name} by ${valueName}` }
  return {
    title,
    result,
    chart: shown.length === 0 ? undefined : { kind: 'bars', title: pick(title), valueName, bars: shown },
    notes: [bars.length > shown.length ? firstOf(shown.length) : undefined],
    fileName: 'top',
  }
}

export interface PivotArgs {
  rows: string
  columns: string
  value?: string
  how: How
}

export async function pivot({ database, columns }: Table, args: PivotArgs, pick: Pick): Promise<Found> {
  const across = columnNamed(columns, args.columns)
  const down = columnNamed(columns, args.rows)
  const valued = args.value === undefined ? undefined : valueColumn(columns, args.value, args.how)
  const valueName = nameOf(valued === undefined ? 'count' : args.how, valued?.name, pick)
  const found = await database.ask(pivotSql(down, across, measure(args.how, valued)), MOST_PAIRS)
  const { rows, columns: names, values, result } = pivotOf(found, down.name, pick(emptyName))
  const title: Bilingual = {
    zh: `${down.name} × ${across.name}：${valueName}`,
    en: `${down.name} × ${across.name}: ${valueName}`,
  }
  const chart: Chart = {
    kind: 'grid',
    title: pick(title),
    valueName,
    rows: rows.slice(0, mostGridRows),
    columns: names.slice(0, mostGridColumns),
    values: values.slice(0, mostGridRows).map((row) => row.slice(0, mostGridColumns)),
  }
  const isCut = rows.length > mostGridRows || names.length > mostGridColumns
  return {
    title,
    result,
    chart: values.flat().some((value) => value !== null) ? chart : undefined,
    notes: [isCut ? firstOf(Math.min(rows.length, mostGridRows)) : undefined],
    fileName: 'pivot',
  }
}

export interface TrendArgs {
  date: string
  value?: string
  every?: Every
  how: How
}

export async function trend({ database, columns }: Table, args: TrendArgs, pick: Pick): Promise<Found> {
  const moment = momentOf(columns, args.date)
  const valued = args.value === undefined ? undefined : valueColumn(columns, args.value, args.how)
  const valueName = nameOf(valued === undefined ? 'count' : args.how, valued?.name, pick)
  const every = args.every ?? everyFor(Number((await database.ask(spanSql(moment), 1)).rows[0]?.[0] ?? 0))
  const dateName = pick({ zh: '时间', en: 'time' })
  const sql = trendSql(moment, every, measure(args.how, valued), dateName, valueName)
  const all = await database.ask(sql, MOST_ROWS)
  const undated = all.rows.find(([at]) => at === null)?.[2] ?? 0
  const found = { ...withoutLast(all), rows: all.rows.flatMap(([at, value = null]) => (at ? [[at, value]] : [])) }
  const points = timeLine(found, every)
  const rows = found.rows.map(([at = null, value = null]): Cell[] => [spanName(dayOf(at), every), value])
  const everyName = pick(everyNames[every])
  const title: Bilingual = { zh: `${everyName}${valueName}`, en: `${valueName} ${everyName}` }
  return {
    title,
    result: {
      ...found,
      columns: found.columns.map((column, at) => (at === 0 ? { ...column, kind: 'text' } : column)),
      rows,
    },
    chart: points.length === 0 ? undefined : { kind: 'line', title: pick(title), valueName, points },
    notes: [
      Number(undated) > 0
        ? {
            zh: `有 ${undated} 行的日期是空的或读不懂，没有算进去。`,
            en: `${undated} rows have no date that can be read and were left out.`,
          }
        : undefined,
    ],
    fileName: 'trend',
  }
}

const everyNames: Readonly<Record<Every, Bilingual>> = {
  day: { zh: '每日', en: 'by day' },
  week: { zh: '每周', en: 'by week' },
  month: { zh: '每月', en: 'by month' },
  quarter: { zh: '每季', en: 'by quarter' },
  year: { zh: '每年', en: 'by year' },
}

export async function sql({ database }: Table, query: string, pick: Pick): Promise<Found> {
  const result = await database.askAsWritten(query, MOST_ROWS)
  return { title: { zh: '查询结果', en: 'result' }, result, chart: chartOf(result, pick), fileName: 'result' }
}

/** A name and a number a row say something as a picture; anything else is a table. */
function chartOf({ columns, rows, isCut }: Result, pick: Pick): Chart | undefined {
  const [first, second] = columns
  if (first === undefined || second === undefined || columns.length > 2 || isCut || rows.length < 2) return undefined
  if (second.kind !== 'number' || first.kind === 'number') return undefined
  const points = rows.map(([name = null, value = null]) => ({
    name: name === null ? pick(emptyName) : String(name),
    value: typeof value === 'number' ? value : null,
  }))
  const title = `${first.name} · ${second.name}`
  const valueName = second.name
  if (first.kind === 'date') return points.length > 1_000 ? undefined : { kind: 'line', title, valueName, points }
  if (points.length > mostBars) return undefined
  const bars = points.flatMap(({ name, value }) => (value === null ? [] : [{ name, value }]))
  return { kind: 'bars', title, valueName, bars }
}

function nameOf(how: How, value: string | undefined, pick: Pick): string {
  const word = pick(howNames[how])
  return value === undefined
    ? pick({ zh: '行数', en: 'rows' })
    : pick({ zh: `${value}${word}`, en: `${word} of ${value}` })
}

function withEmpty(result: Result, pick: Pick): Result {
  return { ...result, rows: result.rows.map(([name, ...rest]) => [name ?? pick(emptyName), ...rest]) }
}

function withoutLast({ columns, rows, isCut }: Result): Result {
  return { columns: columns.slice(0, -1), rows: rows.map((row) => row.slice(0, -1)), isCut }
}

function firstOf(count: number): Bilingual {
  return { zh: `图里是前 ${count} 个。`, en: `The chart shows the first ${count}.` }
}

function unreadNote(name: string, kind: keyof typeof kindNames, count: number): Bilingual {
  const { zh, en } = kindNames[kind]
  return {
    zh: `“${name}”有 ${count} 个值不是${zh}，没有算进去。`,
    en: `${count} cells of "${name}" are no ${en} and were left out.`,
  }
}
