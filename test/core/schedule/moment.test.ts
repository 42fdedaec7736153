import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dayAt, readMoment, writeMoment } from '../../../src/core/schedule/moment.ts'

const now = Date.UTC(2026, 8, 21, 4, 30)
const zones = [
  'Asia/Shanghai',
  'UTC',
  'America/New_York',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Pacific/Auckland',
  'Australia/Lord_Howe',
]

test('a span counts from now', () => {
  expect(readMoment('45m', 'UTC', now)).toBe(now + 45 * 60_000)
  expect(readMoment('12h', 'UTC', now)).toBe(now + 12 * 3_600_000)
  expect(readMoment('30天', 'UTC', now)).toBe(now + 30 * 86_400_000)
  expect(readMoment(' 2 时 ', 'UTC', now)).toBe(now + 2 * 3_600_000)
})

test('a date is its first moment there, and as an end its last', () => {
  expect(readMoment('2026-12-31', 'Asia/Shanghai', now)).toBe(Date.UTC(2026, 11, 30, 16))
  expect(readMoment('2026-12-31', 'Asia/Shanghai', now, 'end')).toBe(Date.UTC(2026, 11, 31, 16))
  expect(readMoment('2026-12-31 18:00', 'Asia/Shanghai', now, 'end')).toBe(Date.UTC(2026, 11, 31, 10))
})

test('a day that is 23 or 25 hours long ends when the next begins', () => {
  expect(readMoment('2026-03-29', 'Europe/Berlin', now)).toBe(Date.UTC(2026, 2, 28, 23))
  expect(readMoment('2026-03-29', 'Europe/Berlin', now, 'end')).toBe(Date.UTC(2026, 2, 29, 22))
  expect(readMoment('2026-10-25', 'Europe/Berlin', now, 'end')).toBe(Date.UTC(2026, 9, 25, 23))
})

test.each([
  // Midnight is leapt over: the day ends where the clock does so.
  ['America/Havana', '2027-03-13 23:30', Date.UTC(2027, 2, 14, 5)],
  ['Africa/Cairo', '2027-04-29 23:30', Date.UTC(2027, 3, 29, 22)],
  // Midnight comes twice, and the day has ended at the first.
  ['America/Havana', '2027-11-06 23:30', Date.UTC(2027, 10, 7, 4)],
  // The clock is put back at midnight, and the last hour of the day comes again.
  ['Asia/Beirut', '2027-10-30 23:30', Date.UTC(2027, 9, 30, 22)],
  // The clock was put back a minute after midnight.
  ['America/St_Johns', '2010-11-06 23:30', Date.UTC(2010, 10, 7, 3, 30)],
  // A whole day was leapt over.
  ['Pacific/Apia', '2011-12-29 23:30', Date.UTC(2011, 11, 30, 10)],
])('today in %s at %s ends when its clocks show the next day for good', (zone, local, end) => {
  const at = readMoment(local, zone, now) ?? Number.NaN
  expect(dayAt(at, zone)).toEqual({ day: local.slice(0, 10), until: end })
  expect(readMoment(local.slice(0, 10), zone, now, 'end')).toBe(end)
})

test('a time that is leapt over comes at the end of the leap, one that comes twice the first time', () => {
  expect(readMoment('2027-03-28 02:30', 'Europe/Berlin', now)).toBe(Date.UTC(2027, 2, 28, 1))
  expect(readMoment('2027-03-14 02:30', 'America/New_York', now)).toBe(Date.UTC(2027, 2, 14, 7))
  expect(readMoment('2027-10-31 02:30', 'Europe/Berlin', now)).toBe(Date.UTC(2027, 9, 31, 0, 30))
  expect(readMoment('2027-11-07 01:30', 'America/New_York', now)).toBe(Date.UTC(2027, 10, 7, 5, 30))
})

test('around every change of the clocks, in every zone, today ends later than now and has no more of itself behind', () => {
  const minute = 60_000
  const day = 24 * 60 * minute
  const hour = 60 * minute
  let changes = 0
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    for (const change of changesIn(zone, Date.UTC(2026, 0), Date.UTC(2028, 0))) {
      changes += 1
      for (const before of [-25 * hour, -90 * minute, -30 * minute, -1, 0, 30 * minute, 90 * minute, 25 * hour]) {
        const at = change + before
        const { day: today, until } = dayAt(at, zone)
        const where = `${zone} ${new Date(at).toISOString()}`
        expect(until, where).toBeGreaterThan(at)
        expect(until - at, where).toBeLessThan(day + 2 * hour)
        expect(writeMoment(until - 1, zone).slice(0, 10), where).toBe(today)
        expect(writeMoment(until, zone) > `${today} 24`, where).toBe(true)
        expect(readMoment(today, zone, at, 'end'), where).toBe(until)
      }
    }
  }
  expect(changes).toBeGreaterThan(300)
})

test('ISO 8601 brings its own zone', () => {
  expect(readMoment('2026-12-31T18:00:00+08:00', 'America/New_York', now)).toBe(Date.UTC(2026, 11, 31, 10))
  expect(readMoment('2026-12-31T18:00:00Z', 'America/New_York', now)).toBe(Date.UTC(2026, 11, 31, 18))
})

test.each([
  '',
  'soon',
  '30',
  'd',
  '-5d',
  '1.5h',
  '2026-02-30',
  '2026-13-01',
  '2026-00-10',
  '2026-01-00',
  '2026-12-31 24:00',
  '2026-12-31 10:60',
  '2026-12-31 10:00:61',
  '31-12-2026',
  '2026/12/31',
  '999999d',
  '2026-12-31T18:00:00+99:00',
])('"%s" is no moment', (text) => {
  expect(readMoment(text, 'Asia/Shanghai', now)).toBeUndefined()
})

test('what is written for a moment reads back to its minute, unless the clock shows that minute twice', () => {
  const minute = fc.integer({ min: Date.UTC(2000, 0) / 60_000, max: Date.UTC(2099, 0) / 60_000 })
  fc.assert(
    fc.property(minute, fc.constantFrom(...zones), (minutes, zone) => {
      const at = minutes * 60_000
      const written = writeMoment(at, zone)
      const read = readMoment(written, zone, now)
      // In autumn one hour is there twice, and its text cannot say which of the two it is.
      expect(read !== undefined && writeMoment(read, zone)).toBe(written)
      expect(Math.abs((read ?? 0) - at)).toBeLessThanOrEqual(3_600_000)
    }),
    { numRuns: 500 },
  )
})

test('the end of a day is the start of the next, in every zone', () => {
  const day = fc.integer({ min: Date.UTC(2000, 0) / 86_400_000, max: Date.UTC(2099, 0) / 86_400_000 })
  fc.assert(
    fc.property(day, fc.constantFrom(...zones), (days, zone) => {
      const date = (offset: number): string => new Date((days + offset) * 86_400_000).toISOString().slice(0, 10)
      expect(readMoment(date(0), zone, now, 'end')).toBe(readMoment(date(1), zone, now))
    }),
    { numRuns: 300 },
  )
})

test('whatever is written, it is read or it is not: nothing is thrown, and never NaN', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{4}-\d{1,2}-\d{1,2}([ T]\d{1,2}:\d{2})?$/)), (text) => {
      const at = readMoment(text, 'Asia/Shanghai', now)
      expect(at === undefined || Number.isFinite(at)).toBe(true)
    }),
    { numRuns: 1_000 },
  )
})

/** The moments between two at which a zone's clocks are changed. */
function changesIn(zone: string, from: number, to: number): number[] {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    timeStyle: 'medium',
    dateStyle: 'short',
  })
  const offset = (at: number): number => Date.parse(`${format.format(at)} UTC`) - at
  const step = 10 * 86_400_000
  const found: number[] = []
  for (let at = from; at < to; at += step) {
    if (offset(at) === offset(at + step)) continue
    let [before, after] = [at, at + step]
    while (after - before > 1_000) {
      const middle = Math.floor((before + after) / 2_000) * 1_000
      if (offset(middle) === offset(at)) before = middle
      else after = middle
    }
    found.push(after)
  }
  return found
}
