import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readMoment, writeMoment } from '../../../src/core/schedule/moment.ts'

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
