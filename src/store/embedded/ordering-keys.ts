import { cleanText } from '../../core/text/clean.ts'
import type { OrderingKeys } from '../ordering-keys.ts'
import type { Database } from './database.ts'
import { toJson } from './json.ts'
import { argsOf, type RunRow, runOf } from './runs.ts'

export function embeddedOrderingKeys(db: Database): OrderingKeys {
  return {
    async join(run, orderingKey, now, parkUntilMs) {
      const args = [...argsOf(run), now, cleanText(orderingKey), parkUntilMs ?? null]
      const joined = await db.call<{ created: boolean; run: RunRow; head: string | null }>('join_row', ...args)
      return { created: joined.created, run: runOf(joined.run), head: joined.head ?? undefined }
    },
    async head(orderingKey) {
      const run = await db.call<RunRow | null>('head_of_row', cleanText(orderingKey))
      return run === null ? undefined : runOf(run)
    },
    async list(orderingKey, limit) {
      return (await db.call<RunRow[]>('list_row', cleanText(orderingKey), limit)).map(runOf)
    },
    ahead: (orderingKey, id) => db.call('ahead_in_row', cleanText(orderingKey), id),
    merge({ orderingKey, head, task, event, others }, now) {
      const ids = others.map(({ id }) => id)
      const whys = others.map(({ why }) => cleanText(why))
      const events = toJson(others.map(({ event: its }) => its))
      const words = cleanText(task.message.text.toLowerCase())
      return db.call(
        'merge_row',
        cleanText(orderingKey),
        head,
        toJson(task),
        words,
        toJson(event),
        ids,
        whys,
        events,
        now,
      )
    },
    async parkedHeads(now, limit) {
      return (await db.call<RunRow[]>('parked_heads', now, limit)).map(runOf)
    },
  }
}
