import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { timesAfter, timesUpTo, type When } from '../../../src/core/schedule/times.ts'

const at = (iso: string) => Date.parse(iso)
const isos = (times: readonly number[]) => times.map((time) => new Date(time).toISOString().slice(0, 16))
const cron = (expression: string): When => ({ kind: 'cron', cron: expression })
const berlin = { timeZone: 'Europe/Berlin', since: 0 }

describe('when the clock is put forward (Berlin, 29 March 2026, 2:00 becomes 3:00)', () => {
  test('a time that does not exist comes at the end of the leap, once', () => {
    expect(isos(timesAfter(cron('30 2 * * *'), berlin, at('2026-03-28T00:00Z'), 3))).toEqual([
      '2026-03-28T01:30',
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ])
  })

  test('the day after comes at its usual time', () => {
    expect(isos(timesAfter(cron('0 9 * * *'), berlin, at('2026-03-28T09:00Z'), 2))).toEqual([
      '2026-03-29T07:00',
      '2026-03-30T07:00',
    ])
  })
})

describe('when the clock is put back (Berlin, 25 October 2026, 3:00 becomes 2:00)', () => {
  test('a time that comes twice is the first of the two', () => {
    expect(isos(timesAfter(cron('30 2 * * *'), berlin, at('2026-10-24T12:00Z'), 2))).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ])
  })

  test('an interval takes no notice of clocks', () => {
    const every: When = { kind: 'interval', everyMs: 3_600_000 }
    const times = timesAfter(every, berlin, at('2026-10-24T23:30Z'), 4)
    expect(isos(times)).toEqual(['2026-10-25T00:00', '2026-10-25T01:00', '2026-10-25T02:00', '2026-10-25T03:00'])
  })
})

test('days of the month that a month lacks are passed over, and the last day is the last', () => {
  const utc = { timeZone: 'UTC', since: 0 }
  expect(isos(timesAfter(cron('0 9 31 * *'), utc, at('2026-01-31T10:00Z'), 2))).toEqual([
    '2026-03-31T09:00',
    '2026-05-31T09:00',
  ])
  expect(isos(timesAfter(cron('0 18 L * *'), utc, at('2026-02-01T00:00Z'), 2))).toEqual([
    '2026-02-28T18:00',
    '2026-03-31T18:00',
  ])
  expect(timesAfter(cron('0 9 31 2 *'), utc, at('2026-01-01T00:00Z'), 2)).toEqual([])
})

const minutes = fc.integer({ min: 0, max: 59 })
const hours = fc.integer({ min: 0, max: 23 })
const days = fc.constantFrom('*', '1-5', '0,6', '3')
const crons = fc.oneof(
  fc.tuple(minutes, hours, days).map(([minute, hour, day]) => cron(`${minute} ${hour} * * ${day}`)),
  fc.tuple(minutes, fc.integer({ min: 1, max: 28 })).map(([minute, day]) => cron(`${minute} 2 ${day} * *`)),
  fc.integer({ min: 1, max: 30 }).map((step) => cron(`*/${step} * * * *`)),
)
const intervals = fc
  .integer({ min: 1, max: 10_000 })
  .map((count): When => ({ kind: 'interval', everyMs: count * 60_000 }))
const zones = fc.constantFrom(
  'UTC',
  'Asia/Shanghai',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
)
/** Any, and the days around a change of clocks somewhere. */
const moments = fc.oneof(
  fc.integer({ min: at('2025-01-01T00:00Z'), max: at('2027-12-31T00:00Z') }),
  fc
    .tuple(
      fc.constantFrom('2026-03-08', '2026-03-29', '2026-04-05', '2026-10-04', '2026-10-25', '2026-11-01'),
      fc.integer({ min: -36 * 60, max: 36 * 60 }),
    )
    .map(([day, away]) => at(`${day}T03:00Z`) + away * 60_000),
)

test('times come one after the other, all later than asked, and looking on from one of them finds the next', () => {
  fc.assert(
    fc.property(fc.oneof(crons, intervals), zones, moments, (when, timeZone, moment) => {
      const reckoning = { timeZone, since: at('2025-01-01T00:00Z') }
      const times = timesAfter(when, reckoning, moment, 4)
      expect(times).toHaveLength(4)
      for (const [place, time] of times.entries()) {
        expect(time).toBeGreaterThan(times[place - 1] ?? moment)
        expect(timesAfter(when, reckoning, times[place - 1] ?? moment, 1)).toEqual([time])
      }
    }),
    { numRuns: 500 },
  )
})

test('looking back finds the times that looking on found, so none is lost and none comes twice', () => {
  fc.assert(
    fc.property(fc.oneof(crons, intervals), zones, moments, (when, timeZone, moment) => {
      const reckoning = { timeZone, since: at('2025-01-01T00:00Z') }
      const times = timesAfter(when, reckoning, moment, 5)
      const last = times.at(-1) ?? 0
      expect(isos(timesUpTo(when, reckoning, last, 5))).toEqual(isos(times))
      expect(isos(timesUpTo(when, reckoning, last + 59_000, 2))).toEqual(isos(times.slice(-2)))
    }),
    { numRuns: 500 },
  )
})
