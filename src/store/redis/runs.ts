import { type NewRun, type Run, runStateSchema, type TimelineEvent } from '../../core/task/run.ts'
import type { Task } from '../../core/task/task.ts'
import { firstEnd, signalStep, signalsOf, type Wait } from '../../core/task/wait.ts'
import { cleanText } from '../../core/text/clean.ts'
import { LOOK_AGAIN_MS, type Runs } from '../store.ts'
import { answered } from './faults.ts'
import { fromJson, optional, packed, toJson } from './json.ts'
import { listRuns } from './run-list.ts'
import * as lua from './runs-lua.ts'
import { asFields, asList, type Database, type Fields } from './script.ts'

export function redisRuns(db: Database): Runs {
  const keyOf = (id: string) => `${db.prefix}run:${id}`
  const ofNew = (run: NewRun, now: number) => {
    const task = packed(run.task)
    const owner = cleanText(run.owner)
    return { args: [run.id, owner, task.json, now], made: { id: run.id, owner, task: task.value, createdAt: now } }
  }

  return {
    async create(run, now) {
      const { args, made } = ofNew(run, now)
      const [what, reply] = asList(await db.run(lua.createRun, ...args, turnOf(run), ...eventsAsJson(run.hops)))
      if (what === 'known') return { created: false, run: readRun(asFields(reply)) }
      const waiting = { state: 'waiting', attempt: 0, failures: 0, round: 0, epoch: 0, leaseUntil: now } as const
      return { created: true, run: { ...made, ...waiting, number: Number(reply) } }
    },

    async start(run, now, leaseMs) {
      const { args, made } = ofNew(run, now)
      const [what, reply] = asList(
        await db.run(lua.startRun, ...args, leaseMs, LOOK_AGAIN_MS, turnOf(run), ...eventsAsJson(run.hops)),
      )
      if (what === 'held') return { state: 'held', untilMs: Number(reply) }
      if (what === 'over') return { state: 'over', run: readRun(asFields(reply)) }
      if (what === 'go') return { state: 'go', run: readRun(asFields(reply)) }
      const running = {
        state: 'running',
        attempt: 1,
        failures: 0,
        round: 0,
        epoch: 1,
        leaseUntil: now + leaseMs,
        startedAt: now,
      } as const
      return { state: 'go', run: { ...made, ...running, number: Number(reply) } }
    },

    async renew(id, epoch, now, leaseMs) {
      return (await db.run(lua.renewRun, id, epoch, now, leaseMs)) === 1
    },

    async release(id, epoch, hops, snoozed, now) {
      return (await db.run(lua.releaseRun, id, epoch, now, snoozed ? 1 : 0, ...eventsAsJson(hops))) === 1
    },

    async suspend(id, epoch, waits, hops, now) {
      const steps = waits.flatMap(signalsOf).map((signal) => cleanText(signalStep(signal)))
      const args = [id, epoch, now, toJson(waits), firstEnd(waits), steps.length, ...steps, ...eventsAsJson(hops)]
      const how = await db.run(lua.suspendRun, ...args)
      return how === 'waits' || how === 'again' ? how : 'lost'
    },

    async signal(id, name, value, hops, now) {
      const step = cleanText(signalStep(name))
      const how = await db.run(lua.signalRun, id, now, step, toJson(value), ...eventsAsJson(hops))
      return how === 'first' || how === 'known' ? how : 'gone'
    },

    async finish(id, epoch, end, hops, now) {
      const why = cleanText(end.why ?? '')
      return (await db.run(lua.finishRun, id, epoch, now, end.state, why, ...eventsAsJson(hops))) === 1
    },

    async cancel(id, why, by, now) {
      const hop: TimelineEvent = { at: now, kind: 'cancelled', text: `${why} (${by})` }
      const state = await db.run(lua.cancelRun, id, now, cleanText(why), toJson(hop))
      return state === 'waiting' || state === 'running' ? state : undefined
    },

    async reopen(id, hops, now, { fresh = false } = {}) {
      return (await db.run(lua.reopenRun, id, now, fresh ? 1 : 0, ...eventsAsJson(hops))) === 1
    },

    async progress(id, epoch, progress) {
      await db.run(lua.progressRun, id, epoch, toJson(progress))
    },

    async note(id, hops) {
      if (hops.length > 0) await db.run(lua.noteRun, id, ...eventsAsJson(hops))
    },

    async find(id) {
      return readIfThere(await answered(db.redis.hgetall(keyOf(id))))
    },

    async findByNumber(number) {
      const reply = await db.run(lua.runByNumber, number)
      return reply === null ? undefined : readIfThere(asFields(reply))
    },

    async timeline(id) {
      const hops = await answered(db.redis.lrange(`${keyOf(id)}:hops`, 0, -1))
      return hops.map((hop) => fromJson<TimelineEvent>(hop))
    },

    list: (filter, limit, before) =>
      listRuns(filter, limit, before, async (index, from, count) =>
        asList(await db.run(lua.pageOfRuns, index, from, count)).map((reply) => readRun(asFields(reply))),
      ),

    async overdue(now, limit) {
      return asList(await db.run(lua.overdueRuns, now, limit)).map((reply) => readRun(asFields(reply)))
    },
  }
}

/** Removes at most `limit` runs that ended before then, with their timelines and steps. */
export async function sweepRuns(db: Database, endedBefore: number, limit: number): Promise<number> {
  return Number(await db.run(lua.sweepRuns, endedBefore, limit))
}

/** A timeline keeps no more than these; Lua takes no list without bounds either. */
function eventsAsJson(hops: TimelineEvent[]): string[] {
  return hops.slice(-500).map(toJson)
}

function readIfThere(fields: Fields): Run | undefined {
  return fields.id === undefined ? undefined : readRun(fields)
}

export function readRun(fields: Fields): Run {
  return {
    id: fields.id ?? '',
    number: Number(fields.number),
    task: fromJson<Task>(fields.task),
    owner: fields.owner ?? '',
    state: runStateSchema.parse(fields.state),
    attempt: Number(fields.attempt),
    failures: Number(fields.failures ?? 0),
    round: Number(fields.round),
    epoch: Number(fields.epoch),
    leaseUntil: Number(fields.leaseUntil),
    waits: optional(fields.waits, fromJson<Wait[]>),
    progress: optional(fields.progress, fromJson<Run['progress']>),
    why: fields.why,
    createdAt: Number(fields.createdAt),
    startedAt: optional(fields.startedAt, Number),
    endedAt: optional(fields.endedAt, Number),
  }
}

function turnOf({ turn }: NewRun): string {
  return cleanText(turn ?? '')
}
