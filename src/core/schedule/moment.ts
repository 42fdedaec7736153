/**
 * Reads a moment as people write it: `30d` `12h` `45m` from now, a date (`2026-12-31`: its first moment), a date and
 * time (`2026-12-31 18:00`) in `timeZone`, or ISO 8601 with its own zone. A date as the `end` of something counts to
 * its last moment. Epoch ms; undefined when it is none of these.
 */
export function readMoment(
  text: string,
  timeZone: string,
  now: number,
  edge: 'start' | 'end' = 'start',
): number | undefined {
  const span = /^(\d{1,5})\s*([dhm天时分])$/.exec(text.trim())
  if (span) return now + Number(span[1]) * unitMs(span[2] ?? '')
  const local = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?$/.exec(text.trim())
  if (local) {
    const [, year, month, day, hour = '0', minute = '0', second = '0'] = local
    const wall = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
    // 31 February rolls over to March in Date, and month 13 to the next year: not what was written.
    const isThere = new Date(wall).getUTCMonth() === Number(month) - 1 && new Date(wall).getUTCDate() === Number(day)
    if (!isThere || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
    return local[4] === undefined && edge === 'end' ? endOfDay(wall, timeZone) : wallToEpoch(wall, timeZone)
  }
  if (!/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:?\d{2})$/.test(text.trim())) return undefined
  const absolute = Date.parse(text.trim())
  return Number.isNaN(absolute) ? undefined : absolute
}

/** A moment as people of that zone read it: `2026-12-31 18:00`. */
export function writeMoment(at: number, timeZone: string): string {
  const parts = partsIn(at, timeZone)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${parts.year}-${two(parts.month)}-${two(parts.day)} ${two(parts.hour)}:${two(parts.minute)}`
}

/** The day it is in that zone (`2026-12-31`), and the moment at which it is over, which is always still to come. */
export function dayAt(at: number, timeZone: string): { day: string; until: number } {
  const { year, month, day } = partsIn(at, timeZone)
  return { day: writeMoment(at, timeZone).slice(0, 10), until: endOfDay(Date.UTC(year, month - 1, day), timeZone) }
}

/** The day so many days before that one. */
export function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * DAY_MS).toISOString().slice(0, 10)
}

const DAY_MS = 86_400_000

function unitMs(unit: string): number {
  if (unit === 'd' || unit === '天') return DAY_MS
  return unit === 'h' || unit === '时' ? 3_600_000 : 60_000
}

/**
 * When a clock there shows this. The first time where it does so twice, in autumn; the end of the leap where it never
 * does, in spring. Schedules reckon alike (`times.ts`).
 */
function wallToEpoch(wall: number, timeZone: string): number {
  return epochsOf(wall, timeZone)[0] ?? endOfLeap(wall, timeZone)
}

/**
 * When a day is over for good, of which `wall` is the midnight that it began with. A clock that is put back over
 * midnight brings the old day once more, so its end is the last midnight that has it just behind.
 */
function endOfDay(wall: number, timeZone: string): number {
  const midnight = wall + DAY_MS
  const isOver = (at: number): boolean => at - 1 + offsetMs(at - 1, timeZone) < midnight
  return epochsOf(midnight, timeZone).findLast(isOver) ?? wallToEpoch(midnight, timeZone)
}

/** All moments at which a clock there shows this, in their order. No zone changes its clocks twice within two days. */
function epochsOf(wall: number, timeZone: string): number[] {
  const offsets = new Set([offsetMs(wall - DAY_MS, timeZone), offsetMs(wall + DAY_MS, timeZone)])
  return [...offsets]
    .filter((offset) => offsetMs(wall - offset, timeZone) === offset)
    .map((offset) => wall - offset)
    .toSorted((one, other) => one - other)
}

/** The moment at which a clock there is put forward over this. */
function endOfLeap(wall: number, timeZone: string): number {
  const before = offsetMs(wall - DAY_MS, timeZone)
  let from = wall - DAY_MS
  let to = wall + DAY_MS
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2)
    if (offsetMs(middle, timeZone) === before) from = middle
    else to = middle
  }
  return to
}

function offsetMs(at: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = partsIn(at, timeZone)
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000
}

/** Making one costs a hundred times its use. There are no more than zones. */
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(timeZone, made)
  return made
}

function partsIn(at: number, timeZone: string) {
  const found = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const part = (name: string): number => found[name] ?? 0
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  }
}
