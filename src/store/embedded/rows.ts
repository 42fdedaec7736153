import { cleanText } from '../../core/text/clean.ts'
import type { Rows } from '../store.ts'
import type { Database } from './database.ts'
import { toJson } from './json.ts'
import { argsOf, type RunRow, runOf } from './runs.ts'

export function embeddedRows(db: Database): Rows {
  return {
    async join(run, row, now, parkUntilMs) {
      const args = [...argsOf(run), now, cleanText(row), parkUntilMs ?? null]
      const joined = await db.call<{ created: boolean; run: RunRow; head: string | null }>('join_row', ...args)
      return { created: joined.created, run: runOf(joined.run), head: joined.head ?? undefined }
    },
    async head(row) {
      const run = await db.call<RunRow | null>('head_of_row', cleanText(row))
      return run === null ? undefined : runOf(run)
    },
    async list(row, limit) {
      return (await db.call<RunRow[]>('list_row', cleanText(row), limit)).map(runOf)
    },
    ahead: (row, id) => db.call('ahead_in_row', cleanText(row), id),
    merge({ row, head, task, hop, others }, now) {
      const ids = others.map(({ id }) => id)
      const whys = others.map(({ why }) => cleanText(why))
      const hops = toJson(others.map(({ hop: its }) => its))
      const words = cleanText(task.message.text.toLowerCase())
      return db.call('merge_row', cleanText(row), head, toJson(task), words, toJson(hop), ids, whys, hops, now)
    },
    async parkedHeads(now, limit) {
      return (await db.call<RunRow[]>('parked_heads', now, limit)).map(runOf)
    },
  }
}
