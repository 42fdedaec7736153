import { liveStates, type NewRun, type Run, type RunState, type TimelineEvent } from '../../core/task/run.ts'
import { inTodaysNames, type Task } from '../../core/task/task.ts'
import { firstEnd, signalStep, signalsOf, type Wait } from '../../core/task/wait.ts'
import { cleanText } from '../../core/text/clean.ts'
import { LOOK_AGAIN_MS, type Runs } from '../runs.ts'
import type { Database } from './database.ts'
import { optional, toJson } from './json.ts'

export function embeddedRuns(db: Database): Runs {
  return {
    async create(run, now) {
      const made = await db.call<{ created: boolean; run: RunRow }>(
        'create_run',
        ...argsOf(run),
        now,
        attemptKeyOf(run),
      )
      return { created: made.created, run: runOf(made.run) }
    },

    async start(run, now, leaseMs) {
      const started = await db.call<Started>(
        'start_run',
        ...argsOf(run),
        now,
        leaseMs,
        attemptKeyOf(run),
        LOOK_AGAIN_MS,
      )
      return started.state === 'held' ? started : { state: started.state, run: runOf(started.run) }
    },

    renew: (id, fencingToken, now, leaseMs) => db.call('renew_run', id, fencingToken, now, leaseMs),

    release: (id, fencingToken, events, snoozed, now) =>
      db.call('release_run', id, fencingToken, toJson(events), snoozed, now),

    suspend: (id, fencingToken, waits, events, now) =>
      db.call(
        'suspend_run',
        id,
        fencingToken,
        toJson(waits),
        firstEnd(waits),
        waits.flatMap(signalsOf).map((signal) => cleanText(signalStep(signal))),
        toJson(events),
        now,
      ),

    signal: (id, name, value, events, now) =>
      db.call('signal_run', id, cleanText(signalStep(name)), toJson(value), toJson(events), now),

    finish: (id, fencingToken, end, events, now) =>
      db.call(
        'finish_run',
        id,
        fencingToken,
        end.state,
        end.why === undefined ? null : cleanText(end.why),
        toJson(events),
        now,
      ),

    async cancel(id, why, by, now) {
      const event: TimelineEvent = { at: now, kind: 'cancelled', text: `${why} (${by})` }
      return optional(
        await db.call<'waiting' | 'running' | null>('cancel_run', id, cleanText(why), toJson([event]), now),
      )
    },

    async reopen(id, events, now, { fresh = false } = {}) {
      if (!fresh) return db.call('reopen_run', id, toJson(events), now)
      // One statement, so both or neither; the first part looks at the run as it was before the second.
      const [row] = await db.rows<{ is_open: boolean }>(
        `WITH ended AS (SELECT id FROM huitou.run WHERE id = $1 AND ended_at IS NOT NULL),
        steps AS (DELETE FROM huitou.step USING ended WHERE task = ended.id),
        pieces AS (DELETE FROM huitou.piece USING ended WHERE run = ended.id),
        fans AS (DELETE FROM huitou.fan USING ended WHERE run = ended.id)
        SELECT huitou.reopen_run($1, $2, $3) AS is_open`,
        id,
        toJson(events),
        now,
      )
      return row?.is_open ?? false
    },

    async progress(id, fencingToken, progress) {
      const update = `UPDATE huitou.run SET progress = $3 WHERE id = $1 AND epoch = $2 AND state = 'running'`
      await db.rows(update, id, fencingToken, toJson(progress))
    },

    async note(id, events) {
      await db.run('note_run', id, toJson(events))
    },

    find: (id) => one(db.rows('SELECT row_to_json(r)::text AS json FROM huitou.run r WHERE id = $1', id)),

    findByNumber: (number) =>
      one(db.rows('SELECT row_to_json(r)::text AS json FROM huitou.run r WHERE number = $1', number)),

    timeline: (id) => db.call<TimelineEvent[]>('timeline', id),

    async list(filter, limit, before) {
      const isLive = filter.states?.every((state) => liveStates.includes(state)) ?? false
      const { states, channel, user, chat, command, q } = filter
      const rows = await db.call<RunRow[]>(
        'list_runs',
        states,
        isLive,
        channel,
        user,
        chat,
        command,
        q?.toLowerCase(),
        before,
        limit,
      )
      return rows.map(runOf)
    },

    async overdue(now, limit) {
      return (await db.call<RunRow[]>('overdue_runs', now, limit)).map(runOf)
    },
  }
}

/** A row of huitou.run as row_to_json gives it. */
export interface RunRow {
  id: string
  number: number
  task: Task
  owner: string
  state: RunState
  round: number
  attempt: number
  failures: number
  epoch: number
  lease_until: number
  waits: Wait[] | null
  progress: NonNullable<Run['progress']> | null
  why: string | null
  created_at: number
  started_at: number | null
  ended_at: number | null
}

type Started = { state: 'go' | 'over'; run: RunRow } | { state: 'held'; untilMs: number }

export function runOf(row: RunRow): Run {
  const { id, number, owner, state, attempt, failures } = row
  return {
    ...{ id, number, owner, state, attempt, failures },
    task: inTodaysNames(row.task),
    generation: row.round,
    fencingToken: row.epoch,
    leaseUntil: row.lease_until,
    waits: optional(row.waits),
    progress: optional(row.progress),
    why: optional(row.why),
    createdAt: row.created_at,
    startedAt: optional(row.started_at),
    endedAt: optional(row.ended_at),
  }
}

async function one(rows: Promise<{ json: string }[]>): Promise<Run | undefined> {
  const json = (await rows)[0]?.json
  return json === undefined ? undefined : runOf(JSON.parse(json))
}

/** What create_run and start_run begin with. */
export function argsOf({ id, task, owner, events }: NewRun): unknown[] {
  const { route, message } = task
  const command = route === undefined ? '' : route.scene === '' ? route.command : `${route.scene} ${route.command}`
  const { channel, chat } = message.from
  const words = message.text.toLowerCase()
  return [id, toJson(task), ...[owner, channel, chat, command, words].map(cleanText), toJson(events)]
}

function attemptKeyOf({ attemptKey }: NewRun): string | null {
  return attemptKey === undefined ? null : cleanText(attemptKey)
}
