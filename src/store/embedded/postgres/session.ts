import { messages, type PGlite } from '@electric-sql/pglite'
import type { QueryResult } from './messages.ts'
import { executeMessage, prepareMessage } from './wire.ts'

interface Prepared {
  name: string
  parameterTypes: readonly number[]
  columns: readonly { name: string; type: number }[]
}

/** Statements that are kept prepared; there are about 150 different ones. */
const PREPARED_AT_MOST = 500

/**
 * The one session of a database. Statements with values are prepared once and then run in a single message to
 * PostgreSQL: `PGlite.query` prepares, describes and binds anew in six, which takes four times as long.
 */
export class Session {
  readonly #db: PGlite
  readonly #prepared = new Map<string, Prepared>()
  #names = 0

  constructor(db: PGlite) {
    this.#db = db
  }

  get inTransaction(): boolean {
    return this.#db.isInTransaction()
  }

  /** Without values the text may hold several statements; the last one's result counts. */
  async run(sql: string, values: readonly unknown[] | undefined): Promise<QueryResult> {
    if (values === undefined || values.length === 0) {
      const result = (await this.#db.exec(sql)).at(-1)
      return { rows: result?.rows ?? [], rowCount: result?.affectedRows || (result?.rows.length ?? 0) }
    }
    const prepared = this.#prepared.get(sql) ?? (await this.#prepare(sql))
    const given = values.map((value, index) => this.#serialize(value, prepared.parameterTypes[index]))
    const answers = await this.#send(executeMessage(prepared.name, given))
    const rows: Record<string, unknown>[] = []
    let rowCount = 0
    for (const answer of answers) {
      if (answer instanceof messages.DataRowMessage) rows.push(this.#row(prepared, answer.fields))
      else if (answer instanceof messages.CommandCompleteMessage) rowCount = countOf(answer.text)
    }
    return { rows, rowCount }
  }

  async #prepare(sql: string): Promise<Prepared> {
    const isKept = this.#prepared.size < PREPARED_AT_MOST
    const name = isKept ? `s${++this.#names}` : ''
    const prepared: Prepared = { name, parameterTypes: [], columns: [] }
    for (const answer of await this.#send(prepareMessage(name, sql))) {
      if (answer instanceof messages.ParameterDescriptionMessage) prepared.parameterTypes = answer.dataTypeIDs
      else if (answer instanceof messages.RowDescriptionMessage) {
        prepared.columns = answer.fields.map((field) => ({ name: field.name, type: field.dataTypeID }))
      }
    }
    if (isKept) this.#prepared.set(sql, prepared)
    return prepared
  }

  #send(message: Uint8Array) {
    return this.#db.execProtocolStream(message, { syncToFs: false })
  }

  #serialize(value: unknown, type: number | undefined): string | null {
    if (value === null || value === undefined) return null
    const serialize = type === undefined ? undefined : this.#db.serializers[type]
    return serialize ? serialize(value) : String(value)
  }

  #row(prepared: Prepared, fields: (string | null)[]): Record<string, unknown> {
    const row: Record<string, unknown> = {}
    for (const [index, column] of prepared.columns.entries()) {
      const field = fields[index] ?? null
      const parse = this.#db.parsers[column.type]
      row[column.name] = field === null || parse === undefined ? field : parse(field, column.type)
    }
    return row
  }
}

/** `UPDATE 3`, `INSERT 0 1`, `SELECT 2`: the last word. */
function countOf(tag: string): number {
  return Number(tag.slice(tag.lastIndexOf(' ') + 1)) || 0
}
