import type { Database } from './database.ts'
import { Failure } from './failure.ts'
import { named } from './sql-text.ts'

/** What a column holds, as its cells tell. */
export interface Column {
  name: string
  kind: 'number' | 'date' | 'text'
  /** The expression over the table `raw` that reads it. */
  reads: string
  /** The file holds text that has to be read, so some cells may not fit. */
  isRead: boolean
}

const SAMPLE_ROWS = 1_000
const MOST_COLUMNS = 500
/** So many of a column's cells need not fit; one of a few may always be odd. */
const MISFITS = 0.1
const dateName = /日期|时间|年月|日$|date|time|day|\bdt\b/i
const numberType = /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|FLOAT|DOUBLE|DECIMAL\b.*)$/i
const dateType = /^(?:DATE|TIMESTAMP.*)$/i

/** Looks at the first rows of the table `raw` and decides how each of its columns is read. */
export async function readColumns(database: Database): Promise<Column[]> {
  const { rows: described } = await database.ask('DESCRIBE raw', MOST_COLUMNS + 1)
  if (described.length > MOST_COLUMNS) {
    throw new Failure({
      zh: `表有 ${MOST_COLUMNS} 列以上，处理不了。`,
      en: `The table has more than ${MOST_COLUMNS} columns, which is too many.`,
    })
  }
  const types = described.map((row) => ({ name: String(row[0]), type: String(row[1]) }))
  const texts = types.filter(({ type }) => type === 'VARCHAR')
  await database.run(`CREATE TEMP TABLE head AS FROM raw LIMIT ${SAMPLE_ROWS}`)
  const readings = await readingsOf(
    texts.map(({ name }) => name),
    database,
  )
  return types.map(({ name, type }) => {
    const reading = readings.get(name)
    if (reading !== undefined) return { name, ...reading, isRead: true }
    if (numberType.test(type)) return { name, kind: 'number', reads: named(name), isRead: false }
    if (dateType.test(type)) return { name, kind: 'date', reads: `${named(name)}::TIMESTAMP`, isRead: false }
    if (type === 'BOOLEAN') return { name, kind: 'text', reads: `${named(name)}::VARCHAR`, isRead: false }
    return { name, kind: 'text', reads: `to_json(${named(name)})::VARCHAR`, isRead: false }
  })
}

/**
 * What is counted of a column's cells, in this order; dates only of what is no number, for they are dear to look for.
 */
const countedFirst: Counted = {
  reads: (cell) => `number_of(${cell})`,
  counts: (cell, read) => [
    `count(*) FILTER (NOT is_blank(${cell}))`,
    `count(${read})`,
    // Numbers that are names: 007, and what has more digits than a number keeps.
    `count(*) FILTER (regexp_full_match(${cell}, '\\s*(?:0\\d+|\\d{16,})\\s*'))`,
    `count(*) FILTER (regexp_full_match(${cell}, '\\s*(?:19|20)\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])\\s*'))`,
    `count(*) FILTER (${read} BETWEEN 20000 AND 80000)`,
  ],
}
const countedDates: Counted = {
  reads: (cell) => `date_of(${cell}, false)`,
  counts: (cell, read) => [
    `count(${read})`,
    `count(year_last(plain_of(${cell}), false))`,
    `count(year_last(plain_of(${cell}), true))`,
  ],
}

interface Counted {
  /** Worked out once for all counts. */
  reads(cell: string): string
  counts(cell: string, read: string): string[]
}

/** Counts something about each of these columns in the first rows: one answer a column. */
async function countIn(names: readonly string[], counted: Counted, database: Database): Promise<Map<string, number[]>> {
  if (names.length === 0) return new Map()
  const cells = names.map((name, index) => `${named(name)} AS c${index}, ${counted.reads(named(name))} AS r${index}`)
  const counts = names.flatMap((_, index) => counted.counts(`c${index}`, `r${index}`))
  const sample = `SELECT ${cells.join(', ')} FROM head`
  const { rows } = await database.ask(`SELECT ${counts.join(', ')} FROM (${sample})`, 1)
  const numbers = rows[0]?.map(Number) ?? []
  const each = counts.length / names.length
  return new Map(names.map((name, index) => [name, numbers.slice(index * each, (index + 1) * each)]))
}

async function readingsOf(
  names: readonly string[],
  database: Database,
): Promise<Map<string, Pick<Column, 'kind' | 'reads'>>> {
  const readings = new Map<string, Pick<Column, 'kind' | 'reads'>>()
  const firsts = await countIn(names, countedFirst, database)
  for (const [name, counts] of firsts) {
    const reading = numberReading(name, counts)
    if (reading !== undefined) readings.set(name, reading)
  }
  const dates = await countIn(
    names.filter((name) => !readings.has(name)),
    countedDates,
    database,
  )
  for (const [name, [read = 0, monthFirst = 0, dayFirst = 0]] of dates) {
    const isDate = fits(read + Math.max(0, dayFirst - monthFirst), firsts.get(name)?.[0] ?? 0)
    const cell = named(name)
    const date = { kind: 'date', reads: `date_of(${cell}, ${dayFirst > monthFirst})` } as const
    readings.set(name, isDate ? date : { kind: 'text', reads: `nullif(trim(${cell}), '')` })
  }
  return readings
}

/** Undefined: it holds no numbers. */
function numberReading(name: string, counts: readonly number[]): Pick<Column, 'kind' | 'reads'> | undefined {
  const [filled = 0, numbers = 0, names = 0, packed = 0, serials = 0] = counts
  const cell = named(name)
  if (!fits(numbers, filled)) return undefined
  if (names > 0) return { kind: 'text', reads: `nullif(trim(${cell}), '')` }
  if (packed === filled) return { kind: 'date', reads: `date_of(${cell}, false)` }
  if (serials === filled && dateName.test(name)) return { kind: 'date', reads: `serial_date(number_of(${cell}))` }
  return { kind: 'number', reads: `number_of(${cell})` }
}

function fits(count: number, filled: number): boolean {
  return count > filled / 2 && filled - count <= Math.max(filled > 2 ? 1 : 0, filled * MISFITS)
}

/** The column that a person means. Throws Failure with the nearest names when there is none. */
export function columnNamed(columns: readonly Column[], wanted: string): Column {
  const plain = (text: string): string =>
    text
      .normalize('NFKC')
      .replaceAll(/[\s"'“”‘’]+/g, '')
      .toLowerCase()
  const exact = columns.find(({ name }) => name === wanted) ?? columns.find(({ name }) => plain(name) === plain(wanted))
  if (exact !== undefined) return exact
  const holding = columns.filter(({ name }) => plain(name).includes(plain(wanted)))
  if (holding.length === 1 && holding[0] !== undefined && plain(wanted) !== '') return holding[0]
  const near = nearest(
    columns.map(({ name }) => name),
    wanted,
    plain,
  )
  const list = near.join('、')
  throw new Failure({
    zh: `没有“${wanted}”这一列。${near.length === columns.length ? '有的列' : '相近的列'}：${list}。`,
    en: `There is no column "${wanted}". ${near.length === columns.length ? 'There are' : 'Near it'}: ${near.join(', ')}.`,
  })
}

const MOST_NAMED = 8

/** By the pairs of letters they share: good for Chinese, where a letter is a word. */
function nearest(names: readonly string[], wanted: string, plain: (text: string) => string): string[] {
  if (names.length <= MOST_NAMED) return [...names]
  const letters = new Set(plain(wanted))
  const shared = (name: string): number =>
    [...new Set(plain(name))].filter((letter) => letters.has(letter)).length / (plain(name).length + letters.size)
  return names.toSorted((one, other) => shared(other) - shared(one)).slice(0, MOST_NAMED)
}
