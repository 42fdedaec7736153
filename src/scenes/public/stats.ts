import { defineCommand, defineScene, type Part, refuse, z } from '#scene'
import type { Asker, Found } from './stats/answer.ts'
import { Failure } from './stats/failure.ts'
import { everyWords, howWords } from './stats/questions.ts'
import { isAddress } from './stats/source.ts'
import type { Table } from './stats/table.ts'

const file = z.string().describe('网址 / URL').optional()
const sheet = z.string().describe('工作表 / sheet').optional()
const how = z.enum(howWords).default('sum')
const timeoutMs = 5 * 60_000
/** Less than the whole, so that a sentence is left to be said. */
const withinMs = 3.5 * 60_000
const common = { lane: 'cpu', timeoutMs, attempts: 2 } as const

export default defineScene({
  name: 'stats',
  summary: { zh: '统计：读 CSV、Excel、JSON、Parquet', en: 'Statistics on CSV, Excel, JSON, Parquet' },
  commands: {
    describe: defineCommand({
      ...common,
      summary: { zh: '每一列有什么：类型、空值、最小最大、平均', en: 'What each column holds' },
      args: z.object({ file, sheet }),
      example: 'stats describe',
      run: ({ args, ...asker }) => ask(asker, args, (asked, table) => asked.describe(table, asker.pick)),
    }),

    top: defineCommand({
      ...common,
      summary: {
        zh: '一列里最多的值，或按另一列合计排名',
        en: 'The most frequent values, or ranked by another column',
      },
      args: z.object({ column: z.string(), value: z.string().optional(), how, file, sheet }),
      example: 'stats top 城市 金额',
      run: ({ args, ...asker }) => {
        const value = isAddress(args.value) ? undefined : args.value
        const address = isAddress(args.value) ? args.value : args.file
        return ask(asker, { ...args, file: address }, (asked, table) =>
          asked.top(table, { ...args, value }, asker.pick),
        )
      },
    }),

    pivot: defineCommand({
      ...common,
      summary: { zh: '透视表：行 × 列，值合计', en: 'A pivot table: rows by columns' },
      args: z.object({ rows: z.string(), columns: z.string(), value: z.string().optional(), how, file, sheet }),
      example: 'stats pivot 城市 季度 金额',
      run: ({ args, ...asker }) => ask(asker, args, (asked, table) => asked.pivot(table, args, asker.pick)),
    }),

    trend: defineCommand({
      ...common,
      summary: { zh: '随时间的变化：按日、周、月、季、年', en: 'Along time, by day, week, month, quarter or year' },
      args: z.object({
        date: z.string(),
        value: z.string().optional(),
        every: z.enum(everyWords).optional(),
        how,
        file,
        sheet,
      }),
      example: 'stats trend 日期 金额 month',
      run: ({ args, ...asker }) => ask(asker, args, (asked, table) => asked.trend(table, args, asker.pick)),
    }),

    sql: defineCommand({
      ...common,
      summary: { zh: '用 SQL 查询表 data（只读）', en: 'A SELECT on the table data, read-only' },
      args: z.object({ query: z.string() }),
      example: 'stats sql "select 城市, sum(金额) from data group by 城市"',
      run({ args, ...asker }) {
        const { address, query } = addressedQuery(args.query)
        return ask(asker, { file: address }, (asked, table) => asked.sql(table, query, asker.pick))
      },
    }),
  },
})

/**
 * Opens the file, asks, answers. What its asker can mend is told; DuckDB and the chart are loaded in the process that
 * needs them alone.
 */
async function ask(
  asker: Asker,
  source: { file?: string; sheet?: string },
  question: (asked: typeof import('./stats/asked.ts'), table: Table) => Promise<Found>,
): Promise<Part[]> {
  const { files, lang, memoryMb, pick, progress, signal } = asker
  let table: Table | undefined
  try {
    progress(5, pick({ zh: '取文件、读表', en: 'fetching and reading the file' }))
    const { openTable } = await import('./stats/table.ts')
    table = await openTable({
      files,
      address: source.file,
      sheet: source.sheet,
      memoryMb,
      withinMs,
      signal,
      lang,
    })
    progress(30, pick({ zh: '计算', en: 'working it out' }))
    const found = await question(await import('./stats/asked.ts'), table)
    const { answerOf } = await import('./stats/answer.ts')
    return await answerOf(found, table, asker)
  } catch (error) {
    if (error instanceof Failure) refuse(pick(error.sentence))
    throw error
  } finally {
    table?.database.close()
  }
}

/** An address may stand before the query: `stats sql https://… select …`. */
function addressedQuery(text: string): { address?: string; query: string } {
  const [, address, query] = /^(?:--file[= ])?(https?:\/\/\S+)\s+([\s\S]+)$/i.exec(text.trim()) ?? []
  return address === undefined || query === undefined
    ? { query: text }
    : { address, query: query.replace(/^"([\s\S]*)"$/, '$1') }
}
