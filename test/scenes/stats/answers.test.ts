import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { textTable } from '../../../src/scenes/public/stats/text-table.ts'
import { cutTo, padTo, widthOf } from '../../../src/scenes/public/stats/width.ts'
import { openStatsDesk, type StatsDesk } from './stats-desk.ts'

const cities = ['北京', '上海', '广州', '']
const rows = Array.from({ length: 240 }, (_, at) => {
  const month = (at % 12) + 1
  const day = (at % 28) + 1
  return `${cities[at % 4]},${at % 3 === 0 ? '线上' : '门店'},"${(1000 + at * 10).toLocaleString('en-US')}",2026年${month}月${day}日,${at % 10}%`
})
const sales = { name: '销售.csv', content: `城市,渠道,金额,日期,折扣\n${rows.join('\n')}\n` }

let desk: StatsDesk
let english: StatsDesk
beforeAll(async () => {
  desk = await openStatsDesk()
  english = await openStatsDesk({ lang: 'en' })
})
afterAll(async () => {
  await desk?.close()
  await english?.close()
})

test('describe tells of each column what it holds', async () => {
  const { text, csv } = await desk.ask('describe', sales)
  expect(text).toBe(
    [
      '销售.csv｜240 行，5 列',
      '列    类型  有值  不同值  最小        最大            平均      中位       合计',
      '----  ----  ----  ------  ----------  ----------  --------  --------  ---------',
      '城市  文字   180       3  上海        广州               -         -          -',
      '渠道  文字   240       2  线上        门店               -         -          -',
      '金额  数字   240     240  1000        3390        2,195.00  2,195.00  526,800.0',
      '日期  日期   240      84  2026-01-01  2026-12-28         -         -          -',
      '折扣  数字   240      10  0           0.09            0.04      0.04       10.8',
    ].join('\n'),
  )
  expect(csv?.split('\r\n')).toHaveLength(7)
})

test('top ranks by frequency, or by the sum of another column, with shares', async () => {
  const frequent = await desk.ask('top 城市', sales)
  expect(frequent.text).toBe(
    [
      '销售.csv｜城市：按行数排名',
      '城市    行数  占比%',
      '------  ----  -----',
      '上海      60     25',
      '北京      60     25',
      '广州      60     25',
      '（空）    60     25',
    ].join('\n'),
  )
  const summed = await desk.ask('top 渠道 金额', sales)
  expect(summed.text).toContain('渠道：按金额合计排名')
  expect(summed.csv).toBe('\ufeff渠道,金额合计,占比%\r\n门店,352000,66.82\r\n线上,174800,33.18\r\n')
  expect(summed.png?.length).toBeGreaterThan(5_000)
})

test('pivot puts the values side by side', async () => {
  const { text, png } = await desk.ask('pivot 城市 渠道 金额', sales)
  expect(text).toContain('城市 × 渠道：金额合计')
  expect(text.split('\n')[1]).toMatch(/^城市 +(?:线上 +门店|门店 +线上)$/)
  expect(text.split('\n')).toHaveLength(7)
  expect(png?.length).toBeGreaterThan(5_000)
})

test('trend follows the time, in spans that are asked for or fit', async () => {
  const { text, csv, png } = await desk.ask('trend 日期 金额 month', sales)
  expect(text).toContain('每月金额合计')
  expect(csv?.split('\r\n').slice(0, 2)).toEqual(['\ufeff时间,金额合计', '2026-01,42800'])
  expect(csv?.trimEnd().split('\r\n')).toHaveLength(13)
  expect(png?.length).toBeGreaterThan(5_000)
  expect((await desk.ask('trend 日期 金额 quarter --how=avg', sales)).text).toContain('2026Q4')
  expect((await desk.ask('trend 日期', sales)).text).toContain('每周行数')
})

test('what cannot be asked of a column is said with the columns there are', async () => {
  expect((await desk.ask('top 城', sales)).text).toContain('城市：按行数排名')
  expect((await desk.ask('top 省份', sales)).text).toBe('没有“省份”这一列。有的列：城市、渠道、金额、日期、折扣。')
  expect((await desk.ask('pivot 城市 渠道 日期', sales)).text).toContain('“日期”这一列不是数字')
  expect((await desk.ask('trend 城市 金额', sales)).text).toBe('“城市”这一列不像日期。日期列有：日期。')
})

test('who speaks English is answered in English', async () => {
  const { text } = await english.ask('top 城市', sales)
  expect(text).toContain('城市 by rows')
  expect(text).toContain('(empty)')
  expect((await english.ask('describe')).text).toContain('There is no file.')
})

test('a long answer shows its beginning and is whole in the file', async () => {
  const { text, csv } = await desk.ask('sql select 金额, 城市 from data order by 1', sales)
  expect(text).toContain('共 240 行，这里是前 20 行；全部在 CSV 文件里。')
  expect(csv?.trimEnd().split('\r\n')).toHaveLength(241)
})

test('a formula in a cell of the answer is a text', async () => {
  const { csv } = await desk.ask('sql select 名 from data', {
    name: 'a.csv',
    content: "名,值\n=HYPERLINK(A1),1\n@SUM(1),2\n-2+cmd|' /C calc'!A0,3\n+86 138,4\n-甲,5\n",
  })
  expect(csv).toBe("\ufeff名\r\n'=HYPERLINK(A1)\r\n'@SUM(1)\r\n'-2+cmd|' /C calc'!A0\r\n+86 138\r\n-甲\r\n")
})

test('a label in a script without a font gives the figures and says why there is no chart', async () => {
  const { text, png } = await desk.ask('top 名', { name: 'a.csv', content: '名\n\u{12000}\n\u{12000}\n' })
  expect(png).toBeUndefined()
  expect(text).toContain('图没有画：字体里没有“\u{12000}”')
})

const someText = fc.string({ unit: fc.constantFrom('a', 'W', '1', '中', '，', '％', '（', '𠮷', 'é', '한', '😀', ' ') })

test('all lines of a table are as wide as its rule, whatever letters are in it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(someText, fc.double({ noNaN: true })), { minLength: 1, maxLength: 30 }), (cells) => {
      const { text } = textTable({
        columns: [
          { name: '名称', kind: 'text' },
          { name: '值', kind: 'number' },
        ],
        rows: cells,
      })
      const [, rule = '', ...lines] = text.split('\n')
      for (const line of lines) expect(widthOf(line)).toBe(widthOf(rule))
    }),
  )
})

test('a cut text is never wider than it may be, and a padded one exactly as wide', () => {
  fc.assert(
    fc.property(someText, fc.integer({ min: 2, max: 30 }), (text, width) => {
      const cut = cutTo(text, width)
      expect(widthOf(cut)).toBeLessThanOrEqual(width)
      expect(widthOf(padTo(cut, width, 'left'))).toBe(width)
    }),
  )
  expect(widthOf('中文abc，')).toBe(9)
})
