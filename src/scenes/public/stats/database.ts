import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance, DuckDBTypeId } from '@duckdb/node-api'
import { Failure } from './failure.ts'
import { faultOf } from './faults.ts'
import { type Cell, cellOf, type Result, type ResultColumn } from './result.ts'
import { checkTree } from './select-only.ts'
import { quoted } from './sql-text.ts'

export interface DatabaseOptions {
  /** Where what does not fit into memory goes. */
  scratch: string
  memoryMb: number
  /** How long one question may take. */
  withinMs: number
  signal: AbortSignal
}

/** DuckDB inside this process, in memory, with limits. */
export interface Database {
  /** Runs a statement of ours. */
  run(sql: string): Promise<void>
  /** From now on nothing can be read but these files, nothing written, and no setting changed. */
  lock(files: readonly string[]): Promise<void>
  /** Runs a question and takes at most so many rows. Throws Failure for what its asker can mend. */
  ask(sql: string, mostRows: number): Promise<Result>
  /** The same with what a person wrote: one SELECT, or a Failure. */
  askAsWritten(sql: string, mostRows: number): Promise<Result>
  close(): void
}

const MOST_SPILLED = '8GB'
const INTERRUPT_MS = 50
const textualTypes: ReadonlySet<DuckDBTypeId> = new Set([DuckDBTypeId.VARCHAR, DuckDBTypeId.ENUM, DuckDBTypeId.UUID])
const numberTypes: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UHUGEINT,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE,
  DuckDBTypeId.DECIMAL,
])
const dateTypes: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.DATE,
  DuckDBTypeId.TIMESTAMP,
  DuckDBTypeId.TIMESTAMP_S,
  DuckDBTypeId.TIMESTAMP_MS,
  DuckDBTypeId.TIMESTAMP_NS,
  DuckDBTypeId.TIMESTAMP_TZ,
])

export async function openDatabase({ scratch, memoryMb, withinMs, signal }: DatabaseOptions): Promise<Database> {
  const spill = join(scratch, 'spill')
  await mkdir(spill, { recursive: true })
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${memoryMb}MB`,
    threads: '2',
    temp_directory: spill,
    max_temp_directory_size: MOST_SPILLED,
    // What is freed goes back to the system, whose count of the process decides whether it is killed.
    allocator_flush_threshold: '8MB',
    allocator_bulk_deallocation_flush_threshold: '8MB',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  })
  const connection = await instance.connect()

  /** Runs it within its time; a cancel and the time limit end it inside DuckDB. */
  async function within<T>(work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    let isLate = false
    let stopping: NodeJS.Timeout | undefined
    // Again and again: it is forgotten when DuckDB has not begun, or goes on to the next part.
    const stop = (): void => {
      connection.interrupt()
      stopping ??= setInterval(() => connection.interrupt(), INTERRUPT_MS)
    }
    const timer = setTimeout(() => {
      isLate = true
      stop()
    }, withinMs)
    signal.addEventListener('abort', stop)
    try {
      return await work()
    } catch (error) {
      signal.throwIfAborted()
      if (isLate) throw tooSlow(withinMs)
      throw faultOf(error)
    } finally {
      clearTimeout(timer)
      clearInterval(stopping)
      signal.removeEventListener('abort', stop)
    }
  }

  return {
    async run(sql) {
      await within(() => connection.run(sql))
    },
    async lock(files) {
      const paths = files.map((file) => quoted(file)).join(', ')
      await connection.run(`SET allowed_paths = [${paths}]`)
      await connection.run('SET enable_external_access = false')
      await connection.run('SET lock_configuration = true')
    },
    ask: (sql, mostRows) => within(() => read(connection, sql, mostRows)),
    askAsWritten: (sql, mostRows) =>
      within(async () => {
        // For its words on what cannot be parsed.
        await connection.extractStatements(sql)
        checkTree(await treeOf(connection, sql))
        return read(connection, sql, mostRows)
      }),
    close() {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/** As it comes: what is beyond `mostRows` is not even worked out where DuckDB can help it. */
async function read(connection: DuckDBConnection, sql: string, mostRows: number): Promise<Result> {
  const result = await connection.stream(sql)
  const columns = result.columnNames().map((name, index): ResultColumn => {
    const type = result.columnTypeId(index)
    const kind = numberTypes.has(type) ? 'number' : dateTypes.has(type) ? 'date' : 'text'
    return { name, kind: textualTypes.has(type) ? 'text' : kind }
  })
  const rows: Cell[][] = []
  for await (const chunk of result.yieldRows()) {
    for (const row of chunk) {
      if (rows.length === mostRows) return { columns, rows, isCut: true }
      rows.push(row.map(cellOf))
    }
  }
  return { columns, rows, isCut: false }
}

async function treeOf(connection: DuckDBConnection, sql: string): Promise<string> {
  const leaving = 'skip_null := true, skip_empty := true, skip_default := true'
  const result = await connection.runAndReadAll(`SELECT json_serialize_sql($1::VARCHAR, ${leaving})`, [sql])
  return String(result.getRows()[0]?.[0])
}

function tooSlow(withinMs: number): Failure {
  const seconds = Math.round(withinMs / 1000)
  return new Failure({
    zh: `查询超过了 ${seconds} 秒，已停止。请缩小范围（先筛选、少取几列），或写简单一些。`,
    en: `The query took more than ${seconds} s and was stopped. Filter first, take fewer columns, or make it simpler.`,
  })
}
