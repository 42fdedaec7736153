import { type Schedule, type ScheduleNotification, taskIdOf } from '../../core/schedule/schedule.ts'
import type { RunState } from '../../core/task/run.ts'
import { dueTimes, nextTimes } from './times.ts'

/** Later than this a due time counts as missed: nobody was there for it. */
const MISSED_MS = 60_000
/** So many tasks make up for what was missed, the newest ones. */
const MOST_MADE_UP = 100
const MOST_QUEUED = 100
/** Side by side, where they may overlap. */
const MOST_OPEN = 50
/** So many ended tasks are told of. */
const MOST_RECENT = 10

/** How a task of a schedule ended. A record that is gone tells nothing. */
export type Ended = { number: number; state: RunState; why?: string } | 'gone'

/**
 * What becomes of a schedule at this moment, when those of its open tasks have ended. Pure: the same again gives the
 * same, and what it decides (tasks not stored yet, words not said yet) is done by whoever gets it written down.
 */
export function planned(schedule: Schedule, ended: ReadonlyMap<string, Ended>, now: number): Schedule {
  const settled = settle(schedule, ended, now)
  const decided = settled.paused === undefined ? decide(settled, now) : settled
  return { ...decided, lookAt: lookAtOf(decided, now) }
}

/** Everything that was decided has been done. */
export function carriedOut(schedule: Schedule, now: number): Schedule {
  const done = { ...schedule, open: schedule.open.map((task) => ({ ...task, isStored: true })), unsaid: [] }
  return { ...done, lookAt: lookAtOf(done, now) }
}

/** Paused, because its owner may no longer deliver there. */
export function barred(schedule: Schedule, now: number): Schedule {
  const { id, failures } = schedule
  const word: ScheduleNotification = { kind: 'barred', id: `${id}-barred-${now}`, at: now, failures }
  return paused({ ...schedule, unsaid: [...schedule.unsaid, word] }, 'huitou', 'barred', now)
}

/** Paused: nothing is due until it is resumed, and nothing that was due waits. */
export function paused(schedule: Schedule, by: string, why: 'asked' | 'failures' | 'barred', now: number): Schedule {
  const still = { ...schedule, paused: { at: now, by, why }, nextAt: undefined, queued: [] }
  return { ...still, lookAt: lookAtOf(still, now) }
}

/** Active again from the next time on; failures are forgotten. */
export function resumed(schedule: Schedule, now: number): Schedule {
  const active = { ...schedule, paused: undefined, failures: 0, nextAt: nextTimes(schedule, now, 1)[0] }
  return { ...active, lookAt: lookAtOf(active, now) }
}

function settle(before: Schedule, ended: ReadonlyMap<string, Ended>, now: number): Schedule {
  let schedule = before
  for (const { taskId, dueAt } of before.open) {
    const end = ended.get(taskId)
    if (end === undefined) continue
    schedule = { ...schedule, open: schedule.open.filter((task) => task.taskId !== taskId) }
    if (end === 'gone') continue
    const { state, why, number } = end
    schedule.recent = [{ dueAt, taskId, number, state, why, at: now }, ...schedule.recent].slice(0, MOST_RECENT)
    if (state === 'done') schedule.failures = 0
    // Cancelled by somebody: that tells nothing of the schedule.
    if (state === 'done' || state === 'cancelled') continue
    schedule.failures += 1
    // It was said that it stopped; what still ran then need not be told of one by one.
    if (schedule.paused?.why === 'failures') continue
    const pauses = schedule.paused === undefined && schedule.failures >= schedule.pauseAfter
    const word: ScheduleNotification = {
      kind: pauses ? 'paused' : 'failed',
      id: `${taskId}-word`,
      at: now,
      failures: schedule.failures,
      task: { id: taskId, number, state },
    }
    schedule = { ...schedule, unsaid: [...schedule.unsaid, word] }
    if (pauses) schedule = paused(schedule, 'huitou', 'failures', now)
  }
  return schedule
}

function decide(schedule: Schedule, now: number): Schedule {
  const { nextAt, misfire } = schedule
  if (nextAt === undefined || nextAt > now) return begin(schedule, [], now)
  const due = dueTimes({ ...schedule, nextAt }, now, MOST_MADE_UP)
  const inTime = due.filter((time) => now - time <= MISSED_MS)
  const taken = { skip: inTime, once: due.slice(-1), all: due }[misfire]
  const missed = due.length - taken.length
  return begin(
    {
      ...schedule,
      nextAt: nextTimes(schedule, now, 1)[0],
      passedOver: missed > 0 ? { at: now, count: missed, why: 'missed' } : schedule.passedOver,
    },
    taken,
    now,
  )
}

/** Begins what may begin; what overlaps is passed over, or waits for the one before it. */
function begin(schedule: Schedule, due: readonly number[], now: number): Schedule {
  const open = [...schedule.open]
  const queued: number[] = []
  let isPassedOver = 0
  const make = (dueAt: number) =>
    void open.push({ dueAt, taskId: taskIdOf(schedule.id, dueAt), at: now, isStored: false })
  const mayBegin = () => open.length === 0 || (schedule.overlap === 'both' && open.length < MOST_OPEN)
  /** Whoever wants all that was missed does not mean all at once, nor the first of them alone. */
  const mayWait = (dueAt: number) =>
    schedule.overlap !== 'skip' || (schedule.misfire === 'all' && now - dueAt > MISSED_MS)
  for (const dueAt of schedule.queued) {
    if (mayBegin()) make(dueAt)
    else queued.push(dueAt)
  }
  for (const dueAt of due) {
    if (mayBegin()) make(dueAt)
    else if (mayWait(dueAt) && queued.length < MOST_QUEUED) queued.push(dueAt)
    else isPassedOver += 1
  }
  const passedOver = isPassedOver > 0 ? { at: now, count: isPassedOver, why: 'overlap' as const } : schedule.passedOver
  return { ...schedule, open, queued, passedOver }
}

/**
 * At once for what is decided and not done, else at the next due time or when a running task is worth looking at again.
 */
function lookAtOf({ open, unsaid, nextAt }: Schedule, now: number): number | undefined {
  if (unsaid.length > 0 || open.some(({ isStored }) => !isStored)) return now
  const looks = open.map(({ at }) => now + Math.min(60_000, Math.max(1_000, (now - at) / 4)))
  const first = Math.min(nextAt ?? Number.POSITIVE_INFINITY, ...looks)
  return Number.isFinite(first) ? Math.round(first) : undefined
}
