import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { gbk } from './gbk.ts'
import { openStatsDesk, type StatsDesk } from './stats-desk.ts'
import { workbookOf } from './workbook.ts'

let desk: StatsDesk
beforeAll(async () => {
  desk = await openStatsDesk()
})
afterAll(() => desk?.close())

/** What the table holds once it is read, as CSV without its mark. */
async function read(content: string | Uint8Array | { path: string }, name = '表.csv', words = 'sql from data') {
  const answered = await desk.ask(words, { name, content })
  expect(answered.end.state, answered.text).toBe('done')
  return { ...answered, lines: (answered.csv ?? '').replace('\ufeff', '').trimEnd().split('\r\n') }
}

const column = (cells: readonly string[]): string =>
  `编号,值\n${cells.map((cell, at) => `n${at},"${cell.replaceAll('"', '""')}"`).join('\n')}\n`

test('messy numbers are numbers', async () => {
  const numbers: Record<string, string> = {
    '1,234': '1234',
    ' 12% ': '0.12',
    '1,234.50': '1234.5',
    '￥5,678.90': '5678.9',
    '¥ 100': '100',
    '(1,200)': '-1200',
    '-3.5': '-3.5',
    '+7': '7',
    '1.2万': '12000',
    '3亿元': '300000000',
    '５６７': '567',
    '１，２３４．５': '1234.5',
    '1e3': '1000',
    '99元': '99',
    '5‰': '0.005',
    'USD 12.5': '12.5',
    '−8': '-8',
    'N/A': '',
    '-': '',
    '—': '',
    无: '',
    '': '',
  }
  const { lines, text } = await read(column(Object.keys(numbers)))
  expect(lines.slice(1)).toEqual(Object.values(numbers).map((value, at) => `n${at},${value}`))
  expect(text).toContain('值')
})

test('dates in several forms are dates', async () => {
  const dates: Record<string, string> = {
    '2026-01-02': '2026-01-02',
    '2026/1/2': '2026-01-02',
    '2026.1.2': '2026-01-02',
    '2026年1月2日': '2026-01-02',
    '2026年01月02日 星期五': '2026-01-02',
    '２０２６年１月２日': '2026-01-02',
    '20260102': '2026-01-02',
    '2026-01-02 15:04:05': '2026-01-02 15:04:05',
    '2026-01-02T15:04:05Z': '2026-01-02 15:04:05',
    '2026年1月2日 下午3时4分': '2026-01-02 15:04:00',
    '2026/1/2 3:04 PM': '2026-01-02 15:04:00',
    '2 Jan 2026': '2026-01-02',
    'Jan 2, 2026': '2026-01-02',
    '2026年1月': '2026-01-01',
    '': '',
    无: '',
  }
  const { lines } = await read(column(Object.keys(dates)))
  expect(lines.slice(1)).toEqual(Object.values(dates).map((value, at) => `n${at},${value}`))
})

test('which of two numbers is the month is told by the others of the column', async () => {
  expect((await read(column(['1/2/2026', '25/12/2026', '3/4/2026']))).lines.slice(1)).toEqual([
    'n0,2026-02-01',
    'n1,2026-12-25',
    'n2,2026-04-03',
  ])
  expect((await read(column(['1/2/2026', '12/25/2026', '3/4/2026']))).lines.slice(1)).toEqual([
    'n0,2026-01-02',
    'n1,2026-12-25',
    'n2,2026-03-04',
  ])
})

test('what only looks like a number stays as it is', async () => {
  const { lines } = await read(
    '工号,身份证,电话\n007,110101199003071234,010-12345678\n012,110101199003075678,021-87654321\n',
  )
  expect(lines.slice(1)).toEqual(['007,110101199003071234,010-12345678', '012,110101199003075678,021-87654321'])
})

test('cells that do not fit their column are told of', async () => {
  const cells = [...Array.from({ length: 30 }, (_, at) => `${at}`), '待定']
  const { text } = await read(column(cells), '表.csv', 'describe')
  expect(text).toContain('“值”有 1 个值不是数字，没有算进去。')
})

test.each([
  ['GBK', (text: string) => gbk(text), 'GBK 编码'],
  ['UTF-8 with a mark', (text: string) => Buffer.from(`\ufeff${text}`), ''],
  ['UTF-16 as Excel writes Unicode text', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le'), 'UTF-16 编码'],
])('a text in %s is read', async (_, encoded, about) => {
  const { lines, text } = await read(encoded('城市,销售额（万元）\r\n北京,"1,200"\r\n齐齐哈尔,３５％\r\n'))
  expect(lines).toEqual(['城市,销售额（万元）', '北京,1200', '齐齐哈尔,0.35'])
  expect(text).toContain(about)
})

test('UTF-8 whose first Chinese comes late is not taken for anything else', async () => {
  const filler = 'a,1\n'.repeat(100_000)
  const { text } = await read(`name,value\n${filler}北京,2\n`, 'a.csv', 'sql select name from data where value = 2')
  expect(text).toContain('北京')
  expect(text).not.toContain('GBK')
})

test.each([
  ['tabs', 'a.tsv', '城市\t金额\n北京\t1\n'],
  ['semicolons', 'a.csv', '城市;金额\n北京;1\n'],
  ['bars', 'a.txt', '城市|金额\n北京|1\n'],
  ['a title above it', 'a.csv', '2026年销售表,\n\n城市,金额\n北京,1\n'],
  ['Windows line breaks and quotes', 'a.csv', '"城市","金额"\r\n"北京","1"\r\n'],
])('a text with %s is cut into cells', async (_, name, content) => {
  expect((await read(content, name)).lines).toEqual(['城市,金额', '北京,1'])
})

test('a table without a header gets names; names that come twice are told apart', async () => {
  const bare = await read('北京,1\n上海,2\n')
  expect(bare.lines).toEqual(['列1,列2', '北京,1', '上海,2'])
  expect(bare.text).toContain('没有表头')
  expect((await read('城市,金额,金额,\n北京,1,2,3\n')).lines[0]).toBe('城市,金额,金额_2,列4')
})

test('cells may hold commas, quotes and line breaks', async () => {
  const { lines } = await read('名,值\n"a, ""b""\nc",1\n')
  expect(lines.join('\n')).toBe('名,值\n"a, ""b""\nc",1')
})

test('a workbook is read: texts, dates by their style, and its sheets by name', async () => {
  const book = workbookOf({
    一月: [
      ['城市', '日期', '时刻', '占比', '年月', '金额'],
      [
        '北京',
        { value: 46024, style: 1 },
        { value: 46024.75, style: 2 },
        { value: 0.12, style: 3 },
        { value: 46023, style: 4 },
        1234.5,
      ],
      [
        '上海 & 周边',
        { value: 46025, style: 1 },
        undefined,
        { value: 0.5, style: 3 },
        { value: 46054, style: 4 },
        '1.2万',
      ],
    ],
    二月: [['城市'], ['广州'], ['深圳']],
  })
  const first = await read(book, '销售.xlsx')
  expect(first.lines).toEqual([
    '城市,日期,时刻,占比,年月,金额',
    '北京,2026-01-02,2026-01-02 18:00:00,0.12,2026-01-01,1234.5',
    '上海 & 周边,2026-01-03,,0.5,2026-02-01,12000',
  ])
  expect(first.text).toContain('工作表“一月”（还有：二月，用 --sheet= 选）')
  const second = await desk.ask('top 城市 --sheet=二月', { name: '销售.xlsx', content: book })
  expect(second.text).toContain('深圳')
  const none = await desk.ask('describe --sheet=三月', { name: '销售.xlsx', content: book })
  expect(none.text).toBe('没有工作表“三月”。有的是：一月、二月。')
})

test('JSON is read: a list of objects, or one a line', async () => {
  const list = JSON.stringify([
    { 城市: '北京', 金额: '1,234', 标签: ['a'] },
    { 城市: '上海', 金额: '2%' },
  ])
  expect((await read(list, 'a.json')).lines).toEqual(['城市,金额,标签', '北京,1234,"[""a""]"', '上海,0.02,'])
  const lines = '{"城市":"北京","日期":"2026年1月2日"}\n{"城市":"上海","日期":"2026年2月2日"}\n'
  expect((await read(lines, 'a.jsonl')).lines).toEqual(['城市,日期', '北京,2026-01-02', '上海,2026-02-02'])
})

test('Parquet is read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stats-parquet-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'a.parquet')
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(
    `COPY (SELECT '北京' AS 城市, 12.5::DECIMAL(9, 2) AS 金额, DATE '2026-01-02' AS 日期, TRUE AS 是否, [1, 2] AS 表) TO '${path}'`,
  )
  connection.closeSync()
  instance.closeSync()
  expect((await read({ path }, 'a.parquet')).lines).toEqual([
    '城市,金额,日期,是否,表',
    '北京,12.5,2026-01-02,true,"[1,2]"',
  ])
})

test.each([
  ['empty.csv', '', '这个文件是空的。'],
  ['blank.csv', '\n\n\n', '这个文件里没有内容。'],
  ['a.pdf', '%PDF-1.7 …', '这种文件不会读。'],
  ['a.xls', Buffer.from('d0cf11e0a1b11ae1', 'hex'), '旧的 .xls'],
  ['a.zip', Buffer.from('PK\x03\x04 nothing more', 'latin1'), '不是 Excel 工作簿'],
  ['a.csv', Buffer.from([0x80, 0x00, 0xff, 0x31, 0x00, 0x00, 0x32]), '认不出文件的编码'],
  ['a.json', '{"a": ', ''],
  ['a.parquet', 'PAR1 nothing more', ''],
])('a file that is no table is refused with a sentence: %s', async (name, content, sentence) => {
  const { end, text } = await desk.ask('describe', { name, content })
  expect(end.state, JSON.stringify(end)).toBe('refused')
  expect(text).toContain(sentence)
  expect(text).not.toContain('/tmp')
})

test('without a file the person is told how to send one; folders are gone behind each question', async () => {
  const { end, text } = await desk.ask('describe')
  expect(end.state).toBe('refused')
  expect(text).toContain('没有找到文件')
  expect(await desk.leftovers()).toBe(0)
})
