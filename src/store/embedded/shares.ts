import type { Shares } from '../store.ts'
import type { Database } from './database.ts'

export function embeddedShares(db: Database): Shares {
  return {
    priority: (lane, owner) => db.call('share_tag', lane, owner),
    async advance(lane, priority) {
      await db.run('share_advance', lane, priority)
    },
    async reset(lane) {
      await db.run('share_reset', lane)
    },
  }
}
