import { type NewRun, type Run, runStateSchema, type TimelineEvent } from '../../core/task/run.ts'
import { inTodaysNames, type Task } from '../../core/task/task.ts'
import { firstEnd, signalStep, signalsOf, type Wait } from '../../core/task/wait.ts'
import { cleanText } from '../../core/text/clean.ts'
import { LOOK_AGAIN_MS, type Runs } from '../runs.ts'
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
      const [what, reply] = asList(await db.run(lua.createRun, ...args, attemptKeyOf(run), ...eventsAsJson(run.events)))
      if (what === 'known') return { created: false, run: readRun(asFields(reply)) }
      const waiting = {
        state: 'waiting',
        attempt: 0,
        failures: 0,
        generation: 0,
        fencingToken: 0,
        leaseUntil: now,
      } as const
      return { created: true, run: { ...made, ...waiting, number: Number(reply) } }
    },

    async start(run, now, leaseMs) {
      const { args, made } = ofNew(run, now)
      const [what, reply] = asList(
        await db.run(lua.startRun, ...args, leaseMs, LOOK_AGAIN_MS, attemptKeyOf(run), ...eventsAsJson(run.events)),
      )
      if (what === 'held') return { state: 'held', untilMs: Number(reply) }
      if (what === 'over') return { state: 'over', run: readRun(asFields(reply)) }
      if (what === 'go') return { state: 'go', run: readRun(asFields(reply)) }
      const running = {
        state: 'running',
        attempt: 1,
        failures: 0,
        generation: 0,
        fencingToken: 1,
        leaseUntil: now + leaseMs,
        startedAt: now,
      } as const
      return { state: 'go', run: { ...made, ...running, number: Number(reply) } }
    },

    async renew(id, fencingToken, now, leaseMs) {
      return (await db.run(lua.renewRun, id, fencingToken, now, leaseMs)) === 1
    },

    async release(id, fencingToken, events, snoozed, now) {
      return (await db.run(lua.releaseRun, id, fencingToken, now, snoozed ? 1 : 0, ...eventsAsJson(events))) === 1
    },

    async suspend(id, fencingToken, waits, events, now) {
      const steps = waits.flatMap(signalsOf).map((signal) => cleanText(signalStep(signal)))
      const args = [
        id,
        fencingToken,
        now,
        toJson(waits),
        firstEnd(waits),
        steps.length,
        ...steps,
        ...eventsAsJson(events),
      ]
      const how = await db.run(lua.suspendRun, ...args)
      return how === 'waits' || how === 'again' ? how : 'lost'
    },

    async signal(id, name, value, events, now) {
      const step = cleanText(signalStep(name))
      const how = await db.run(lua.signalRun, id, now, step, toJson(value), ...eventsAsJson(events))
      return how === 'first' || how === 'known' ? how : 'gone'
    },

    async finish(id, fencingToken, end, events, now) {
      const why = cleanText(end.why ?? '')
      return (await db.run(lua.finishRun, id, fencingToken, now, end.state, why, ...eventsAsJson(events))) === 1
    },

    async cancel(id, why, by, now) {
      const event: TimelineEvent = { at: now, kind: 'cancelled', text: `${why} (${by})` }
      const state = await db.run(lua.cancelRun, id, now, cleanText(why), toJson(event))
      return state === 'waiting' || state === 'running' ? state : undefined
    },

    async reopen(id, events, now, { fresh = false } = {}) {
      return (await db.run(lua.reopenRun, id, now, fresh ? 1 : 0, ...eventsAsJson(events))) === 1
    },

    async progress(id, fencingToken, progress) {
      await db.run(lua.progressRun, id, fencingToken, toJson(progress))
    },

    async note(id, events) {
      if (events.length > 0) await db.run(lua.noteRun, id, ...eventsAsJson(events))
    },

    async find(id) {
      return readIfThere(await answered(db.redis.hgetall(keyOf(id))))
    },

    async findByNumber(number) {
      const reply = await db.run(lua.runByNumber, number)
      return reply === null ? undefined : readIfThere(asFields(reply))
    },

    async timeline(id) {
      const events = await answered(db.redis.lrange(`${keyOf(id)}:hops`, 0, -1))
      return events.map((event) => fromJson<TimelineEvent>(event))
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
function eventsAsJson(events: TimelineEvent[]): string[] {
  return events.slice(-500).map(toJson)
}

function readIfThere(fields: Fields): Run | undefined {
  return fields.id === undefined ? undefined : readRun(fields)
}

export function readRun(fields: Fields): Run {
  return {
    id: fields.id ?? '',
    number: Number(fields.number),
    task: inTodaysNames(fromJson<Task>(fields.task)),
    owner: fields.owner ?? '',
    state: runStateSchema.parse(fields.state),
    attempt: Number(fields.attempt),
    failures: Number(fields.failures ?? 0),
    generation: Number(fields.round),
    fencingToken: Number(fields.epoch),
    leaseUntil: Number(fields.leaseUntil),
    waits: optional(fields.waits, fromJson<Wait[]>),
    progress: optional(fields.progress, fromJson<Run['progress']>),
    why: fields.why,
    createdAt: Number(fields.createdAt),
    startedAt: optional(fields.startedAt, Number),
    endedAt: optional(fields.endedAt, Number),
  }
}

function attemptKeyOf({ attemptKey }: NewRun): string {
  return cleanText(attemptKey ?? '')
}
