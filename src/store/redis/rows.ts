import type { Run } from '../../core/task/run.ts'
import { cleanText } from '../../core/text/clean.ts'
import type { Rows } from '../store.ts'
import { packed, toJson } from './json.ts'
import * as lua from './rows-lua.ts'
import { readRun } from './runs.ts'
import { asFields, asList, type Database, type Reply } from './script.ts'

export function redisRows(db: Database): Rows {
  return {
    async join(run, row, now, parkUntilMs) {
      const task = packed(run.task)
      const args = [run.id, cleanText(run.owner), task.json, now, cleanText(row), parkUntilMs ?? '']
      const reply = asList(await db.run(lua.joinRow, ...args, ...run.hops.slice(-500).map(toJson)))
      const [created, record, head] = reply
      return { created: created === 1, run: readRun(asFields(record)), head: headOf(head) }
    },
    async head(row) {
      const reply = await db.run(lua.headOfRow, cleanText(row))
      return reply === null ? undefined : readRun(asFields(reply))
    },
    async list(row, limit) {
      return runsOf(await db.run(lua.listRow, cleanText(row), limit))
    },
    async ahead(row, id) {
      return Number(await db.run(lua.aheadInRow, cleanText(row), id))
    },
    async merge({ row, head, task, hop, others }, now) {
      const each = others.flatMap(({ id, why, hop: its }) => [id, cleanText(why), toJson(its)])
      return (await db.run(lua.mergeRow, head, now, cleanText(row), toJson(task), toJson(hop), ...each)) === 1
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
