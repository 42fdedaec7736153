import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { openStatsDesk, type StatsDesk } from '../test/scenes/stats/stats-desk.ts'
import { fixed, median, print } from './figures.ts'
import { usageOf } from './usage.ts'

const ROWS = 1_000_000
const ROUNDS = 5
const MB = 1024 * 1024

interface Question {
  /** As a person asks it. */
  words: string
  /** What DuckDB is asked for the same figures, by whoever writes it by hand. */
  sql: string
}

const questions: readonly Question[] = [
  {
    words: 'sql select 城市, sum(金额) as 合计, count(*) as 单数 from data group by 城市 order by 2 desc',
    sql: 'SELECT 城市, sum(金额) AS 合计, count(*) AS 单数 FROM data GROUP BY 城市 ORDER BY 2 DESC',
  },
  {
    words: 'top 城市 金额',
    sql: 'SELECT 城市, sum(金额), round(sum(金额) * 100 / sum(sum(金额)) OVER (), 2) FROM data GROUP BY 城市 ORDER BY 2 DESC',
  },
  {
    words: 'pivot 城市 渠道 金额',
    sql: 'SELECT 城市, 渠道, sum(金额) FROM data GROUP BY ALL',
  },
  {
    words: 'trend 日期 金额 month',
    sql: "SELECT date_trunc('month', 日期), sum(金额) FROM data GROUP BY 1 ORDER BY 1",
  },
]

/** A million orders in a CSV: a question in chat, from the file's arrival to the answer with its chart, beside DuckDB alone. */
export async function benchStats(): Promise<void> {
  print(`\n## stats\n`)
  const folder = await mkdtemp(join(tmpdir(), 'bench-stats-'))
  const path = join(folder, '订单.csv')
  const desk = await openStatsDesk()
  try {
    await writeOrders(path)
    print(`${ROWS} rows, ${fixed((await stat(path)).size / MB, 0)} MB of CSV; median of ${ROUNDS}, ms\n`)
    print('| question | duckdb alone | huitou | more | CPU alone | CPU huitou | more |')
    print('| --- | --- | --- | --- | --- | --- | --- |')
    for (const question of questions) await compare(question, path, desk)
  } finally {
    await desk.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function compare({ words, sql }: Question, path: string, desk: StatsDesk): Promise<void> {
  const alone: Taken[] = []
  const ours: Taken[] = []
  // The first round warms both up and does not count.
  for (let round = 0; round <= ROUNDS; round++) {
    alone.push(await taken(() => duckdbAlone(sql, path)))
    ours.push(
      await taken(async () => {
        const { end } = await desk.ask(words, { name: '订单.csv', content: { path } })
        if (end.state !== 'done') throw new Error(`${words}: ${JSON.stringify(end).slice(0, 300)}`)
      }),
    )
  }
  const figures = [({ ms }: Taken) => ms, ({ cpuMs }: Taken) => cpuMs].flatMap((read) => {
    const [floor, chat] = [median(alone.slice(1).map(read)), median(ours.slice(1).map(read))]
    return [floor, chat, chat - floor].map((value) => fixed(value, 0))
  })
  print(`| ${words} | ${figures.join(' | ')} |`)
}

interface Taken {
  ms: number
  /** On all cores, of this process and of the command's. */
  cpuMs: number
}

async function taken(work: () => Promise<void>): Promise<Taken> {
  const before = await cpuMs()
  const startedAt = performance.now()
  await work()
  return { ms: performance.now() - startedAt, cpuMs: (await cpuMs()) - before }
}

async function cpuMs(): Promise<number> {
  const children = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').catch(() => '')
  return (await usageOf([process.pid, ...children.split(' ').filter(Boolean).map(Number)])).cpuMs
}

/** With the threads and the memory that ours has; it reads types and all by itself. */
async function duckdbAlone(sql: string, path: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '230MB' })
  const connection = await instance.connect()
  await connection.run(`CREATE VIEW data AS SELECT * FROM read_csv('${path}')`)
  await connection.runAndReadAll(sql)
  connection.closeSync()
  instance.closeSync()
}

async function writeOrders(path: string): Promise<void> {
  const cities = ['北京', '上海', '广州', '深圳', '杭州', '成都', '武汉', '西安', '南京', '重庆']
  const ways = ['线上', '门店', '代理']
  function* lines(): Generator<string> {
    yield '订单号,城市,渠道,日期,数量,金额\n'
    let piece = ''
    for (let at = 0; at < ROWS; at++) {
      const day = new Date(Date.UTC(2025, 0, 1 + (at % 700))).toISOString().slice(0, 10)
      const amount = ((at * 7919) % 1_000_000) / 100
      piece += `SO${at},${cities[(at * 31) % 10]},${ways[(at * 17) % 3]},${day},${(at % 9) + 1},${amount}\n`
      if (piece.length < MB) continue
      yield piece
      piece = ''
    }
    yield piece
  }
  await pipeline(Readable.from(lines()), createWriteStream(path))
}
