import type { ChildEnd } from '../../core/task/child-item.ts'
import type { FanOutRecord, Pieces, Settled } from '../children.ts'
import type { Database } from './database.ts'
import { optional, toJson } from './json.ts'

export function embeddedPieces(db: Database): Pieces {
  return {
    open: (runId, { id, name, items, atOnce, round }, now) =>
      db.call('open_fan', runId, id, toJson(name), toJson(items), atOnce, round, now),
    async find(runId, fan, round) {
      return optional(await db.call<FanOutRecord | null>('find_fan', runId, fan, round))
    },
    async settle(runId, fan, index, end) {
      const args = [runId, fan, index, toJson(end), end.state === 'done']
      const settled = await db.call<(Settled & { next: Settled['next'] | null }) | null>('settle_piece', ...args)
      return settled === null ? undefined : { ...settled, next: optional(settled.next) }
    },
    async ends(runId, fan) {
      return (await db.call<(ChildEnd | null)[]>('ends_of_fan', runId, fan)).map(optional)
    },
    list: (runId) => db.call('list_fans', runId),
  }
}
