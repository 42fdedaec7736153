import { Cron } from 'croner'

/** When something is done again and again: at the times of a cron expression, or so long after one another. */
export type When = { kind: 'cron'; cron: string } | { kind: 'interval'; everyMs: number }

/** What times are reckoned from: the zone of a cron expression, the beginning of an interval. */
export interface Reckoning {
  timeZone: string
  since: number
}

/**
 * The next times after a moment, fewer when there are no more. A cron time that a change to summer time leaps over
 * comes at the end of the leap, one that occurs twice in autumn comes the first time; an hour or minute with `*` or a
 * range follows the clock instead.
 */
export function timesAfter(when: When, { timeZone, since }: Reckoning, after: number, count: number): number[] {
  if (when.kind === 'cron') {
    return openCron(when.cron, timeZone)
      .nextRuns(count, new Date(after))
      .map((time) => time.getTime())
  }
  const passed = Math.max(0, Math.floor((after - since) / when.everyMs))
  return Array.from({ length: count }, (_, ahead) => since + (passed + 1 + ahead) * when.everyMs)
}

/** The last times up to a moment (which may be one), oldest first. */
export function timesUpTo(when: When, { timeZone, since }: Reckoning, upTo: number, count: number): number[] {
  if (when.kind === 'cron') {
    return openCron(when.cron, timeZone)
      .previousRuns(count, new Date(upTo + 1_000))
      .map((time) => time.getTime())
      .filter((time) => time <= upTo)
      .toReversed()
  }
  const passed = Math.max(0, Math.floor((upTo - since) / when.everyMs))
  return Array.from(
    { length: Math.min(count, passed) },
    (_, back) => since + (passed - back) * when.everyMs,
  ).toReversed()
}

/** Whether it is a cron expression of five fields: minute, hour, day of the month, month, day of the week. */
export function isCron(text: string): boolean {
  if (text.trim().split(/\s+/).length !== 5) return false
  try {
    openCron(text, 'UTC')
    return true
  } catch {
    return false
  }
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
    return true
  } catch {
    return false
  }
}

function openCron(cron: string, timeZone: string): Cron {
  return new Cron(cron, { timezone: timeZone, mode: '5-part', paused: true })
}
