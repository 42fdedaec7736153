import type { Schedule } from '../../core/schedule/schedule.ts'
import { timesAfter, timesUpTo } from '../../core/schedule/times.ts'
import { readWhen } from '../../core/schedule/when.ts'

type Timed = Pick<Schedule, 'when' | 'timeZone' | 'createdAt'>

/** The next times after a moment. What was once read is always read: none when a newer version reads it no more. */
export function nextTimes(schedule: Timed, after: number, count: number): number[] {
  const when = readWhen(schedule.when)
  return when === undefined ? [] : timesAfter(when, reckoningOf(schedule), after, count)
}

/** The times from `nextAt` to now, the newest `count` of them, oldest first. */
export function dueTimes(schedule: Timed & { nextAt: number }, now: number, count: number): number[] {
  const when = readWhen(schedule.when)
  if (when === undefined || schedule.nextAt > now) return []
  const due = timesUpTo(when, reckoningOf(schedule), now, count).filter((time) => time >= schedule.nextAt)
  return due.length === 0 ? [schedule.nextAt] : due
}

/** An interval begins on a whole minute. */
function reckoningOf({ timeZone, createdAt }: Timed) {
  return { timeZone, since: Math.floor(createdAt / 60_000) * 60_000 }
}
