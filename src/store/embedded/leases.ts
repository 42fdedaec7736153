import type { Leases } from '../store.ts'
import type { Database } from './database.ts'

export function embeddedLeases(db: Database): Leases {
  return {
    take: (name, holder, now, leaseMs) => db.call('take_lease', name, holder, now, leaseMs),
    async release(name, holder) {
      await db.rows('DELETE FROM huitou.lease WHERE name = $1 AND holder = $2', name, holder)
    },
  }
}
