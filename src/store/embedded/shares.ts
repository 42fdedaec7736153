import type { Shares } from '../store.ts'
import type { Database } from './database.ts'

export function embeddedShares(db: Database): Shares {
  return {
    tag: (lane, owner) => db.call('share_tag', lane, owner),
    async advance(lane, tag) {
      await db.run('share_advance', lane, tag)
    },
    async reset(lane) {
      await db.run('share_reset', lane)
    },
  }
}
