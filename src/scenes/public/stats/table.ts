import { join } from 'node:path'
import type { Bilingual, Files, Lang } from '#scene'
import { type Column, readColumns } from './columns.ts'
import { csvShapeOf } from './csv-shape.ts'
import { type Database, openDatabase } from './database.ts'
import { writeAsUtf8, writingOf } from './encoding.ts'
import { formatOf } from './format.ts'
import { readerMacros } from './readers.ts'
import { fetchSource } from './source.ts'
import { named, quoted } from './sql-text.ts'
import { sheetToCsv } from './xlsx/sheet-to-csv.ts'

/** A person's file, open for questions as the table `data`. */
export interface Table {
  name: string
  /** What was found out about it, in a few words: encoding, sheet. */
  about: readonly Bilingual[]
  columns: readonly Column[]
  database: Database
  /** How many lines could not be cut into cells so far and were left out. */
  leftOut(): Promise<number>
}

export interface TableOptions {
  files: Files
  address: string | undefined
  sheet: string | undefined
  /** What the process may use; a part of it is DuckDB's. */
  memoryMb: number | undefined
  withinMs: number
  signal: AbortSignal
  lang: Lang
}

/** The rest is Node's, the reader's and the chart's. */
const DUCKDB_SHARE = 0.45
const LEAST_MB = 96
const UNLIMITED_MB = 1024
/** DuckDB's own 32 MB, several times, would be most of what it has. */
const CSV_BUFFER_BYTES = 8 * 1024 * 1024

/** Fetches the file, finds out how it is written, and opens it. Throws Failure when it is no table. */
export async function openTable(options: TableOptions): Promise<Table> {
  const { files, address, sheet, memoryMb, withinMs, signal, lang } = options
  const { path, name } = await fetchSource(files, address)
  const scratch = await files.scratch()
  const share = memoryMb === undefined ? UNLIMITED_MB : Math.max(LEAST_MB, Math.floor(memoryMb * DUCKDB_SHARE))
  const database = await openDatabase({ scratch, memoryMb: share, withinMs, signal })
  const macros = database.run(readerMacros.join(';\n'))
  try {
    // Looked through while DuckDB gets ready.
    const [source] = await Promise.all([readable(path, name, scratch, sheet, signal, lang), macros])
    await database.run(`CREATE VIEW raw AS SELECT * FROM ${source.from}`)
    const columns = await readColumns(database)
    const read = columns.map(({ name: column, reads }) => `${reads} AS ${named(column)}`)
    await database.run(`CREATE VIEW data AS SELECT ${read.join(', ')} FROM raw`)
    await database.lock([source.path])
    return {
      name,
      about: source.about,
      columns,
      database,
      async leftOut() {
        if (!source.mayReject) return 0
        const { rows } = await database.ask('SELECT count(DISTINCT line) FROM reject_errors', 1)
        return Number(rows[0]?.[0] ?? 0)
      },
    }
  } catch (error) {
    await macros.catch(() => undefined)
    database.close()
    throw error
  }
}

interface Source {
  path: string
  /** The table function that reads it. */
  from: string
  about: Bilingual[]
  mayReject: boolean
}

async function readable(
  path: string,
  name: string,
  scratch: string,
  sheet: string | undefined,
  signal: AbortSignal,
  lang: Lang,
): Promise<Source> {
  const format = await formatOf(path, name)
  if (format === 'parquet') return { path, from: `read_parquet(${quoted(path)})`, about: [], mayReject: false }
  if (format === 'xlsx') {
    const csv = join(scratch, 'sheet.csv')
    const { sheet: read, sheets } = await sheetToCsv(path, csv, sheet, signal)
    const others = sheets.filter((each) => each !== read)
    const more = others.length === 0 ? { zh: '', en: '' } : moreSheets(others)
    const about = [{ zh: `工作表“${read}”${more.zh}`, en: `sheet "${read}"${more.en}` }]
    return textSource(csv, 'sheet.csv', about, true, lang)
  }
  const { encoding, hasLongCells } = await writingOf(path, signal)
  const about = encoding === 'utf-8' ? [] : [encodingWords[encoding]]
  const text = encoding === 'utf-8' ? path : join(scratch, 'utf-8.txt')
  if (text !== path) await writeAsUtf8(path, encoding, text, signal)
  if (format === 'text') return textSource(text, name, about, hasLongCells, lang)
  return { path: text, from: `read_json(${quoted(text)}, maximum_depth = 2)`, about, mayReject: false }
}

async function textSource(
  path: string,
  name: string,
  about: Bilingual[],
  hasLongCells: boolean,
  lang: Lang,
): Promise<Source> {
  const shape = await csvShapeOf(path, name)
  const names = columnNames(shape.header ?? [], shape.columns, lang)
  const columns = names.map((column) => `${quoted(column)}: 'VARCHAR'`).join(', ')
  const options = [
    'auto_detect = false',
    `columns = {${columns}}`,
    `delim = ${quoted(shape.delimiter)}`,
    `quote = '"', escape = '"'`,
    `header = ${shape.header !== undefined}, skip = ${shape.skip}`,
    'null_padding = true, strict_mode = false, store_rejects = true',
    `buffer_size = ${CSV_BUFFER_BYTES}`,
    // Threads that begin somewhere in the middle cannot tell the two kinds of line breaks.
    `parallel = ${!hasLongCells}`,
  ]
  const headless = { zh: '没有表头，列名是自动起的', en: 'without a header: its columns were named' }
  return {
    path,
    from: `read_csv(${quoted(path)}, ${options.join(', ')})`,
    about: shape.header === undefined ? [...about, headless] : about,
    mayReject: true,
  }
}

/** One name a column, no two alike however they are spelt: SQL knows no case. */
function columnNames(header: readonly string[], count: number, lang: Lang): string[] {
  const used = new Set<string>()
  return Array.from({ length: count }, (_, index) => {
    const given = header[index]
      ?.replace(/^\ufeff/, '')
      .replaceAll(/\s+/g, ' ')
      .trim()
      .slice(0, 100)
    const base = given || `${lang === 'zh' ? '列' : 'column'}${index + 1}`
    let name = base
    for (let again = 2; used.has(name.toLowerCase()); again++) name = `${base}_${again}`
    used.add(name.toLowerCase())
    return name
  })
}

const encodingWords = {
  gb18030: { zh: 'GBK 编码', en: 'in GBK' },
  'utf-16le': { zh: 'UTF-16 编码', en: 'in UTF-16' },
  'utf-16be': { zh: 'UTF-16 编码', en: 'in UTF-16' },
} as const

function moreSheets(others: readonly string[]): Bilingual {
  const names = others.slice(0, 5).join('、')
  return { zh: `（还有：${names}，用 --sheet= 选）`, en: ` (also: ${names}; choose with --sheet=)` }
}
