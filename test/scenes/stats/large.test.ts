import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStatsDesk, type StatsDesk } from './stats-desk.ts'

const ROWS = 600_000
const cities = ['北京', '上海', '广州']

let folder: string
let path: string
let desk: StatsDesk
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stats-large-'))
  path = join(folder, 'large.csv')
  await pipeline(Readable.from(lines()), createWriteStream(path))
  // Of 240 MB DuckDB has 108: what all the order numbers take does not fit beside the rest.
  desk = await openStatsDesk({ memoryMb: 240, timeoutMs: 150_000 })
})
afterAll(async () => {
  await desk?.close()
  await rm(folder, { recursive: true, force: true })
})

function* lines(): Generator<string> {
  yield '订单号,城市,日期,金额,备注\n'
  let piece = ''
  for (let at = 0; at < ROWS; at++) {
    const amount = (at % 5_000).toLocaleString('en-US')
    piece += `SO-2026-${at},${cities[at % 3]},2026年${(at % 12) + 1}月3日,"${amount}",${'一二三四五六七八九十'.repeat(3)}\n`
    if (piece.length < 1_000_000) continue
    yield piece
    piece = ''
  }
  yield piece
}

/** The whole answer; fails with how the question ended. */
async function csvOf(words: string): Promise<string> {
  const { end, csv, text } = await desk.ask(words, { name: 'large.csv', content: { path } })
  return csv ?? expect.fail(`${JSON.stringify(end)} ${text}`)
}

test('a table larger than its memory is added up, ordered and grouped', { timeout: 200_000 }, async () => {
  expect(await csvOf('top 城市 金额')).toContain('北京,499900000,')
  expect(await csvOf('sql select * from data order by 备注, 订单号 desc limit 1')).toContain('SO-2026-99999,')
  const grouped = await csvOf('sql select count(*) from (select 订单号 from data group by 订单号)')
  expect(grouped).toContain(`\r\n${ROWS}\r\n`)
  expect(await desk.leftovers()).toBe(0)
})
