import { cleanText } from '../../core/text/clean.ts'
import type { Counters } from '../store.ts'
import type { Database } from './database.ts'

const addAll = `
  SELECT huitou.add_to_counter($1 || one.name, one.by, $4, $5) AS sum
  FROM unnest($2::text[], $3::double precision[]) WITH ORDINALITY AS one (name, by, place) ORDER BY place`

const inBook = 'SELECT substr(name, length($1) + 1) AS name, value FROM huitou.counter WHERE until_ms > $2'

export function embeddedCounters(db: Database): Counters {
  return {
    add: (name, by, now, keepMs) => db.call('add_to_counter', name, by, now, keepMs),
    async get(name, now) {
      const found = 'SELECT value FROM huitou.counter WHERE name = $1 AND until_ms > $2'
      const [row] = await db.rows<{ value: number }>(found, name, now)
      return row?.value ?? 0
    },
    async addAll(book, adds, now, expiresAt) {
      const names = adds.map(({ name }) => cleanText(name))
      const by = adds.map((one) => one.by)
      const rows = await db.rows<{ sum: number }>(addAll, startOf(book), names, by, now, expiresAt - now)
      return rows.map(({ sum }) => sum)
    },
    async read(book, now, names) {
      const start = startOf(book)
      const rows =
        names === undefined
          ? db.rows<Row>(`${inBook} AND starts_with(name, $1) AND name >= $1`, start, now)
          : db.rows<Row>(
              `${inBook} AND name = ANY ($3)`,
              start,
              now,
              names.map((name) => start + cleanText(name)),
            )
      return new Map((await rows).map(({ name, value }) => [name, value]))
    },
  }
}

interface Row {
  name: string
  value: number
}

/** No counter outside a book is named so. */
function startOf(book: string): string {
  return `book/${book}/`
}
