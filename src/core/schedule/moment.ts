/**
 * Reads a moment as people write it: `30d` `12h` `45m` from now, a date (`2026-12-31`: its first moment), a date and time
 * (`2026-12-31 18:00`) in `timeZone`, or ISO 8601 with its own zone. A date as the `end` of something counts to its last moment.
 * Epoch ms; undefined when it is none of these.
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
    return wallToEpoch(local[4] === undefined && edge === 'end' ? wall + DAY_MS : wall, timeZone)
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

/** The day it is in that zone (`2026-12-31`), and the moment at which the next one begins. */
export function dayAt(at: number, timeZone: string): { day: string; until: number } {
  const day = writeMoment(at, timeZone).slice(0, 10)
  return { day, until: readMoment(day, timeZone, at, 'end') ?? at + DAY_MS }
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

/** The zone's offset differs by season, so the guess is corrected by the offset at the guessed moment, twice. */
function wallToEpoch(wall: number, timeZone: string): number {
  let at = wall
  for (let round = 0; round < 2; round++) at = wall - offsetMs(at, timeZone)
  return at
}

function offsetMs(at: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = partsIn(at, timeZone)
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000
}

function partsIn(at: number, timeZone: string) {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const found = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
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
