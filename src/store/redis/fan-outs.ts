import type { ChildEnd } from '../../core/task/child-item.ts'
import type { FanOutRecord, FanOuts } from '../fan-outs.ts'
import * as lua from './fan-outs-lua.ts'
import { answered } from './faults.ts'
import { fromJson, toJson } from './json.ts'
import { asList, type Database, type Reply } from './script.ts'

export function redisFanOuts(db: Database): FanOuts {
  return {
    async open(runId, { id, name, items, atOnce, generation }, now) {
      return fanOf(await db.run(lua.openFan, runId, id, generation, now, atOnce, toJson(name), ...items.map(toJson)))
    },
    async find(runId, fan, generation) {
      const reply = await db.run(lua.findFan, runId, fan, generation)
      return reply === null ? undefined : fanOf(reply)
    },
    async endChild(runId, fan, index, end) {
      const reply = await db.run(lua.endChild, runId, fan, index, toJson(end), end.state === 'done' ? 1 : 0)
      if (reply === null) return undefined
      const [generation, since, count, isLast, next, item] = asList(reply)
      const settled = {
        generation: Number(generation),
        since: Number(since),
        count: Number(count),
        isLast: isLast === 1,
      }
      return typeof next === 'number' ? { ...settled, next: { index: next, item: fromJson(`${item}`) } } : settled
    },
    async ends(runId, fan) {
      const ends = asList(await db.run(lua.endsOfFan, runId, fan))
      // Written by `settle`, after how it ended in a letter.
      return ends.map((end) => (typeof end === 'string' ? fromJson<ChildEnd>(end.slice(1)) : undefined))
    },
    async list(runId) {
      const ids = await answered(db.redis.hkeys(`${db.prefix}run:${runId}:pieces`))
      const fans = ids.flatMap((field) => (field.endsWith(' round') ? [field.slice(0, -6)] : []))
      const found = await Promise.all(fans.map((fan) => db.run(lua.findFan, runId, fan, '')))
      return found.flatMap((reply) => (reply === null ? [] : [fanOf(reply)]))
    },
  }
}

function fanOf(reply: Reply): FanOutRecord {
  const [id, name, count, ended, done, openedAt, generation, since, ...underWay] = asList(reply)
  const pieces: FanOutRecord['underWay'] = []
  for (let at = 0; at < underWay.length; at += 2) {
    pieces.push({ index: Number(underWay[at]), item: fromJson(`${underWay[at + 1]}`) })
  }
  return {
    id: `${id}`,
    name: fromJson(`${name}`),
    count: Number(count),
    ended: Number(ended),
    done: Number(done),
    generation: Number(generation),
    since: Number(since),
    openedAt: Number(openedAt),
    underWay: pieces,
  }
}
