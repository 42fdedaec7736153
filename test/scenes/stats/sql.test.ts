import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Database, openDatabase } from '../../../src/scenes/public/stats/database.ts'
import { openStatsDesk, type StatsDesk } from './stats-desk.ts'

const csv = '城市,金额,日期\n北京,"1,234",2026年1月2日\n上海,￥5678.50,2026/1/3\n北京,1.2万,2026-02-03\n'
const sent = { name: '销售.csv', content: csv }

let desk: StatsDesk
let folder: string
beforeAll(async () => {
  desk = await openStatsDesk()
  folder = await mkdtemp(join(tmpdir(), 'stats-sql-'))
  await writeFile(join(folder, 'secret.csv'), 'word\nopen-sesame\n')
})
afterAll(async () => {
  await desk?.close()
  await rm(folder, { recursive: true, force: true })
})

test('a SELECT answers with a table and the whole as CSV', async () => {
  const {
    end,
    text,
    csv: kept,
  } = await desk.ask('sql "select 城市, sum(金额) as 合计 from data group by 城市 order by 2 desc"', sent)
  expect(end.state).toBe('done')
  expect(text).toBe(
    ['销售.csv｜查询结果', '城市      合计', '----  --------', '北京  13,234.0', '上海   5,678.5'].join('\n'),
  )
  expect(kept).toBe('\ufeff城市,合计\r\n北京,13234\r\n上海,5678.5\r\n')
})

test.each([
  'with big as (select * from data where 金额 > 2000) select count(*) from big',
  'with recursive t(n) as (select 1 union all select n + 1 from t where n < 5) select sum(n) from t',
  'select * from (with one as (select 1 as a), two as (select a + 1 from one) select * from two)',
  'from data',
  'select 城市, row_number() over (order by 金额) from main.data',
  'select unnest([1, 2]), n from range(2) t(n)',
  'select count(*) from data where 城市 in (select 城市 from data)',
  'describe data',
  'summarize data',
  "select strftime(日期, '%Y-%m'), median(金额) from data group by all -- a word behind it",
])('it may be as clever as it likes: %s', async (query) => {
  const { end, text } = await desk.ask(`sql ${query}`, sent)
  expect(text).not.toBe('')
  expect(end.state).toBe('done')
})

const onlyData = '查询只能用表 data：不能读别的文件或表，不能上网，也不能改设置。'
const onlySelect = '只能写一条 SELECT 查询'

test.each([
  ["select * from read_csv('SECRET')", onlyData],
  ["select * from read_text('SECRET')", onlyData],
  ["select * from read_text('/etc/passwd')", onlyData],
  ["select * from read_blob('/etc/*')", onlyData],
  ["select * from read_csv_auto('/etc/passwd', delim = ':')", onlyData],
  ["select * from read_json('/proc/self/environ')", onlyData],
  ["select * from parquet_metadata('SECRET')", onlyData],
  ["select * from sniff_csv('SECRET')", onlyData],
  ["select * from glob('/*')", onlyData],
  ["select * from 'SECRET'", onlyData],
  ['select * from "SECRET"', onlyData],
  ['with "SECRET" as (select * from \'SECRET\') select * from "SECRET"', onlyData],
  ["select 1 where exists (select * from read_text('/etc/passwd'))", onlyData],
  ["select (select content from read_text('/etc/passwd'))", onlyData],
  ["select * from data join read_text('/etc/passwd') on true", onlyData],
  ["select * from read_csv('https://example.com/a.csv')", onlyData],
  ["select * from read_parquet('s3://bucket/a.parquet')", onlyData],
  ["select * from query('from raw')", onlyData],
  ["select * from query_table('raw')", onlyData],
  ['select * from raw', onlyData],
  ['select file_path from reject_scans', onlyData],
  ['with reject_scans as (select * from reject_scans) select * from reject_scans', onlyData],
  ['with recursive raw(a) as (select 1 from raw union all select a from raw) select * from raw', onlyData],
  ['with a as (with raw as (select 1) select * from raw) select * from a, raw', onlyData],
  ['select * from duckdb_settings()', onlyData],
  ['select * from duckdb_views()', onlyData],
  ['select * from information_schema.tables', onlyData],
  ['select * from system.main.duckdb_views', onlyData],
  ['select * from memory.main.raw', onlyData],
  ['show tables', onlyData],
  ['describe raw', onlyData],
  ["select current_setting('temp_directory')", onlyData],
  ["select Current_Setting('allowed_paths')", onlyData],
  ["select getenv('PATH')", onlyData],
  ['select pg_get_viewdef(1)', onlyData],
  ["select write_log('x')", onlyData],
  ["copy data to 'SECRET'", onlySelect],
  ["copy (select 1) to 'SECRET'", onlySelect],
  ["export database 'SECRET'", onlySelect],
  ["attach 'SECRET' as other", onlySelect],
  ['install httpfs', onlySelect],
  ['load httpfs', onlySelect],
  ['pragma database_list', onlySelect],
  ['pragma version', onlySelect],
  ["set memory_limit = '100GB'", onlySelect],
  ['reset memory_limit', onlySelect],
  ['set variable a = 1', onlySelect],
  ['call pragma_version()', onlySelect],
  ['explain analyze select 1', onlySelect],
  ['create table t as select 1', onlySelect],
  ['create or replace view data as select 1', onlySelect],
  ['drop view data', onlySelect],
  ['begin', onlySelect],
  ['prepare q as select 1', onlySelect],
  ['select 1; drop view data', onlySelect],
  ['select 1; select 2', onlySelect],
  ['with gone as (delete from data) select 1', 'SQL 写法不对'],
  ['selec 1', 'SQL 写法不对'],
  ['select 金 from data', '相近的列："金额"'],
])('it reads nothing but the table and changes nothing: %s', async (query, why) => {
  const { end, text } = await desk.ask(`sql ${query.replaceAll('SECRET', join(folder, 'secret.csv'))}`, sent)
  expect(end.state).toBe('refused')
  expect(text).toContain(why)
  expect(text).not.toMatch(/sesame|root:|\/tmp/)
  expect(await readdir(folder)).toEqual(['secret.csv'])
})

test('DuckDB itself is locked too, should the first look ever miss something', async () => {
  const { database } = await openOne({})
  await database.lock([join(folder, 'nothing.csv')])
  for (const sql of [
    `SELECT * FROM read_csv('${join(folder, 'secret.csv')}')`,
    "SELECT * FROM read_text('/etc/passwd')",
    `COPY (SELECT 1) TO '${join(folder, 'written.csv')}'`,
    `ATTACH '${join(folder, 'other.db')}'`,
    'INSTALL httpfs',
    'LOAD httpfs',
    "SET memory_limit = '100GB'",
    'SET enable_external_access = true',
    'SET lock_configuration = false',
    "SET allowed_directories = ['/']",
  ])
    await expect(database.run(sql), sql).rejects.toThrow()
  expect(await readdir(folder)).toEqual(['secret.csv'])
})

test.each([
  'with recursive t(a) as (select 1 union all select a + 1 from t) select count(*) from t',
  'select count(*) from range(100000) a, range(100000) b, range(100000) c where a.range * b.range = c.range',
  'select * from range(10000000000) t(a), range(1000000) u(b) order by a * b',
])('a query that takes too long is stopped, and the next one runs: %s', async (query) => {
  const { database } = await openOne({ withinMs: 300 })
  const startedAt = performance.now()
  await expect(database.askAsWritten(query, 10)).rejects.toThrow('took more than')
  expect(performance.now() - startedAt).toBeLessThan(5_000)
  expect((await database.askAsWritten('select 1', 10)).rows).toEqual([[1]])
})

test('a query that takes too much memory is stopped, and the next one runs', async () => {
  const { database } = await openOne({ memoryMb: 96 })
  await expect(database.askAsWritten('select list(a) from range(100000000) t(a)', 10)).rejects.toThrow(
    'used up the memory',
  )
  expect((await database.askAsWritten('select 1', 10)).rows).toEqual([[1]])
})

test('a cancel ends a query at once', async () => {
  const cancel = new AbortController()
  const { database } = await openOne({ signal: cancel.signal })
  const asked = database.askAsWritten('select count(*) from range(1000000) a, range(1000000) b', 10)
  cancel.abort(new Error('cancelled'))
  await expect(asked).rejects.toThrow('cancelled')
})

test('of an answer without end the first rows are taken', async () => {
  const { database } = await openOne({})
  const { rows, isCut } = await database.askAsWritten('select * from range(10000000000)', 5)
  expect(rows).toEqual([[0], [1], [2], [3], [4]])
  expect(isCut).toBe(true)
})

async function openOne(options: { withinMs?: number; memoryMb?: number; signal?: AbortSignal }): Promise<{
  database: Database
}> {
  const scratch = await mkdtemp(join(tmpdir(), 'stats-db-'))
  const database = await openDatabase({
    scratch,
    memoryMb: 256,
    withinMs: 60_000,
    signal: new AbortController().signal,
    ...options,
  })
  onTestFinished(async () => {
    database.close()
    await rm(scratch, { recursive: true, force: true })
  })
  return { database }
}
