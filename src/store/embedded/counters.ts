import type { Counters } from '../store.ts'
import type { Database } from './database.ts'

export function embeddedCounters(db: Database): Counters {
  return {
    add: (name, by, now, keepMs) => db.call('add_to_counter', name, by, now, keepMs),
    async get(name, now) {
      const found = 'SELECT value FROM huitou.counter WHERE name = $1 AND until_ms > $2'
      const [row] = await db.rows<{ value: number }>(found, name, now)
      return row?.value ?? 0
    },
  }
}
