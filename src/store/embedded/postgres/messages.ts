/** What the main thread and the database's thread say to each other. */

export interface ThreadStart {
  /** The database's. */
  folder: string
}

export interface Statement {
  n: number
  sql: string
  values: readonly unknown[] | undefined
  /** Sent by the holder of an open transaction; everyone else must find none open. */
  inBlock: boolean
}

export type ToThread = { kind: 'run'; statements: Statement[] } | { kind: 'close' }

export interface QueryResult {
  // Any row of any query, named by its columns: who wrote the query knows its shape.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  rows: any[]
  rowCount: number
}

/** PostgreSQL's own fields of an error. */
export interface Fault {
  message: string
  severity?: string
  code?: string
  detail?: string
  hint?: string
  constraint?: string
  where?: string
}

export type Answer = { n: number; inTransaction: boolean } & ({ result: QueryResult } | { fault: Fault })

export type FromThread =
  | { kind: 'ready' }
  /** Its last words: it did not open, or it cannot go on. */
  | { kind: 'failed'; why: string }
  | { kind: 'answers'; answers: Answer[] }
  | { kind: 'notification'; channel: string; payload: string }
