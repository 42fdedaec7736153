import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvOf, figuresOf } from '../../src/scenes/activities/report/figures.ts'
import { pageOf } from '../../src/scenes/activities/report/page.ts'

const thursday = new Date('2026-11-19T10:00:00Z')
const sales = [
  { date: '2026-11-02', item: '茶', amount: 1_000 },
  { date: '2026-11-09', item: '茶', amount: 50 },
  { date: '2026-11-15', item: '米', amount: 50 },
  { date: '2026-11-16', item: '茶', amount: 30 },
  { date: '2026-11-19', item: '米', amount: 90 },
]

test('a week begins on Monday and is told beside the one before', () => {
  const { weeks, items } = figuresOf(sales, 2, thursday)
  expect(weeks).toEqual([
    { monday: '2026-11-09', total: 100, change: -0.9 },
    { monday: '2026-11-16', total: 120, change: expect.closeTo(0.2) },
  ])
  expect(items).toEqual([
    { item: '米', total: 90 },
    { item: '茶', total: 30 },
  ])
})

test('weeks without sales are told too, and nothing is compared with nothing', () => {
  const { weeks, items } = figuresOf([], 3, thursday)
  expect(weeks.map(({ monday }) => monday)).toEqual(['2026-11-02', '2026-11-09', '2026-11-16'])
  expect(weeks.every(({ total, change }) => total === 0 && change === undefined)).toBe(true)
  expect(items).toEqual([])
})

test('nothing is lost and nothing counted twice, whatever the days', () => {
  const day = fc.date({ min: new Date('2026-10-26'), max: new Date('2026-11-22'), noInvalidDate: true })
  const sale = fc.record({
    date: day.map((date) => date.toISOString().slice(0, 10)),
    item: fc.constantFrom('茶', '米', '油'),
    amount: fc.integer({ min: -1_000, max: 1_000 }),
  })
  fc.assert(
    fc.property(fc.array(sale), (given) => {
      const { weeks, items } = figuresOf(given, 4, thursday)
      const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0)
      expect(sum(weeks.map(({ total }) => total))).toBe(sum(given.map(({ amount }) => amount)))
      expect(sum(items.map(({ total }) => total))).toBe(weeks.at(-1)?.total)
    }),
  )
})

test('a spreadsheet reads it as text: quotes are doubled, and nothing is taken for a formula', () => {
  const csv = csvOf({
    weeks: [{ monday: '2026-11-16', total: 3, change: undefined }],
    items: [
      { item: '=HYPERLINK("x")', total: 2 },
      { item: 'a,"b"', total: 1 },
    ],
  })
  expect(csv).toBe(
    '\ufeffweek,total,change\r\n2026-11-16,3,\r\n\r\nitem,total\r\n"\'=HYPERLINK(""x"")",2\r\n"a,""b""",1\r\n',
  )
})

test('people read amounts and changes', () => {
  const page = pageOf('华东', figuresOf(sales, 2, thursday), ' 平稳。 ', ({ zh }) => zh)
  expect(page).toBe(
    '# 华东 周报\n\n平稳。\n\n- 2026-11-09: **100** (−90.0%)\n- 2026-11-16: **120** (+20.0%)\n\n本周：米 90，茶 30',
  )
})
