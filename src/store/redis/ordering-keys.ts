import type { Run } from '../../core/task/run.ts'
import { cleanText } from '../../core/text/clean.ts'
import type { OrderingKeys } from '../ordering-keys.ts'
import { packed, toJson } from './json.ts'
import * as lua from './ordering-keys-lua.ts'
import { readRun } from './runs.ts'
import { asFields, asList, type Database, type Reply } from './script.ts'

export function redisOrderingKeys(db: Database): OrderingKeys {
  return {
    async join(run, orderingKey, now, parkUntilMs) {
      const task = packed(run.task)
      const args = [run.id, cleanText(run.owner), task.json, now, cleanText(orderingKey), parkUntilMs ?? '']
      const reply = asList(await db.run(lua.joinRow, ...args, ...run.events.slice(-500).map(toJson)))
      const [created, record, head] = reply
      return { created: created === 1, run: readRun(asFields(record)), head: headOf(head) }
    },
    async head(orderingKey) {
      const reply = await db.run(lua.headOfRow, cleanText(orderingKey))
      return reply === null ? undefined : readRun(asFields(reply))
    },
    async list(orderingKey, limit) {
      return runsOf(await db.run(lua.listRow, cleanText(orderingKey), limit))
    },
    async ahead(orderingKey, id) {
      return Number(await db.run(lua.aheadInRow, cleanText(orderingKey), id))
    },
    async merge({ orderingKey, head, task, event, others }, now) {
      const each = others.flatMap(({ id, why, event: its }) => [id, cleanText(why), toJson(its)])
      return (await db.run(lua.mergeRow, head, now, cleanText(orderingKey), toJson(task), toJson(event), ...each)) === 1
    },
    async parkedHeads(now, limit) {
      return runsOf(await db.run(lua.parkedHeads, now, limit))
    },
  }
}

function headOf(reply: Reply | undefined): string | undefined {
  return typeof reply === 'string' ? reply : undefined
}

function runsOf(reply: Reply): Run[] {
  return asList(reply).map((record) => readRun(asFields(record)))
}
