import type { ChildEnd } from '../../core/task/child-item.ts'
import type { EndedChild, FanOutRecord, FanOuts } from '../fan-outs.ts'
import type { Database } from './database.ts'
import { optional, toJson } from './json.ts'

export function embeddedFanOuts(db: Database): FanOuts {
  return {
    open: (runId, { id, name, items, atOnce, generation }, now) =>
      db
        .call<Stored<FanOutRecord>>('open_fan', runId, id, toJson(name), toJson(items), atOnce, generation, now)
        .then(read),
    async find(runId, fan, generation) {
      const found = await db.call<Stored<FanOutRecord> | null>('find_fan', runId, fan, generation)
      return found === null ? undefined : read(found)
    },
    async endChild(runId, fan, index, end) {
      const args = [runId, fan, index, toJson(end), end.state === 'done']
      type Reply = Stored<EndedChild> & { next: EndedChild['next'] | null }
      const settled = await db.call<Reply | null>('settle_piece', ...args)
      return settled === null ? undefined : { ...read(settled), next: optional(settled.next) }
    },
    async ends(runId, fan) {
      return (await db.call<(ChildEnd | null)[]>('ends_of_fan', runId, fan)).map(optional)
    },
    async list(runId) {
      return (await db.call<Stored<FanOutRecord>[]>('list_fans', runId)).map(read)
    },
  }
}

/** The database calls a generation a round. */
type Stored<T> = Omit<T, 'generation'> & { round: number }

function read<T extends { round: number }>({ round, ...rest }: T): Omit<T, 'round'> & { generation: number } {
  return { ...rest, generation: round }
}
