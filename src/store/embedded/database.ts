import type { Pool } from './postgres/pool.ts'

/**
 * The store's own functions in PostgreSQL (`sql/`): one call is one round trip, and all of it happens or nothing does.
 */
export interface Database {
  /** What the function returns, by way of JSON; null for SQL's null. T is what the function in `sql/` makes. */
  call<T>(name: string, ...args: unknown[]): Promise<T>
  /** The same for a function that returns nothing. */
  run(name: string, ...args: unknown[]): Promise<void>
  /** The rows of a plain statement; bigint comes as text. T is what it selects. */
  rows<T>(sql: string, ...args: unknown[]): Promise<T[]>
}

export function databaseOn(pool: Pool): Database {
  return {
    async call(name, ...args) {
      // As text: parsing it here is cheaper than handing objects from thread to thread.
      const { rows } = await pool.query(`SELECT to_json(huitou.${name}(${placesFor(args)}))::text AS json`, args)
      return JSON.parse(rows[0].json)
    },
    async run(name, ...args) {
      await pool.query(`SELECT huitou.${name}(${placesFor(args)})`, args)
    },
    async rows(sql, ...args) {
      return (await pool.query(sql, args)).rows
    },
  }
}

function placesFor(args: unknown[]): string {
  return args.map((_, index) => `$${index + 1}`).join(', ')
}
