import type { Bilingual, CommandContext, Part } from '#scene'
import { image, text } from '#scene'
import type { Chart } from './chart/chart.ts'
import { pngOf } from './chart/png.ts'
import type { Result } from './result.ts'
import { resultCsv } from './result-csv.ts'
import type { Table } from './table.ts'
import { textTable } from './text-table.ts'

export type Asker = Pick<CommandContext<unknown>, 'files' | 'lang' | 'pick' | 'progress' | 'signal' | 'memoryMb'>

/** What there is to say to a question. */
export interface Found {
  /** What was asked, in a line. */
  title: Bilingual
  result: Result
  chart?: Chart
  notes?: readonly (Bilingual | undefined)[]
  /** Of the file with the whole answer, without its ending. */
  fileName: string
}

/** An answer as it is said: a table in text, a chart where there is one, and the whole as a file. */
export async function answerOf(found: Found, table: Table, { files, lang, pick, progress }: Asker): Promise<Part[]> {
  const { title, result, chart, fileName } = found
  const head = [table.name, ...table.about.map(pick)].join(lang === 'zh' ? '，' : ', ')
  if (result.rows.length === 0) return [text(pick({ zh: `${head}\n没有符合的行。`, en: `${head}\nNo row fits.` }))]
  const shown = textTable(result)
  const csv = resultCsv(result)
  const kept = await files.keep(`${fileName}.csv`, csv.text, 'text/csv')
  const drawn = chart && (await drawnOf(chart, lang, progress))
  const leftOut = await table.leftOut()
  const isWhole = csv.rows === result.rows.length && !result.isCut
  const notes: (Bilingual | undefined)[] = [
    shown.hiddenRows > 0 || shown.hiddenColumns > 0 ? cutNote(shown, result, isWhole) : undefined,
    isWhole ? undefined : tooManyNote(csv.rows),
    leftOut > 0 ? leftOutNote(leftOut) : undefined,
    ...(found.notes ?? []),
    drawn && 'not' in drawn ? drawn.not : undefined,
    kept.url === undefined ? undefined : { zh: `下载：${kept.url}`, en: `Download: ${kept.url}` },
  ]
  const lines = [
    `${head}｜${pick(title)}`,
    shown.text,
    ...notes.flatMap((note) => (note === undefined ? [] : [pick(note)])),
  ]
  const picture = drawn && 'png' in drawn ? [image(drawn.png, `${fileName}.png`)] : []
  return [text(lines.join('\n')), ...picture, kept.part]
}

/** A chart is an extra: when it cannot be drawn the figures are said all the same. */
async function drawnOf(chart: Chart, lang: Asker['lang'], progress: Asker['progress']): ReturnType<typeof pngOf> {
  progress(85, lang === 'zh' ? '画图' : 'drawing')
  try {
    return await pngOf(chart, lang)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { not: { zh: `图没有画成：${why}`, en: `The chart could not be drawn: ${why}` } }
  }
}

function cutNote(
  { hiddenRows, hiddenColumns }: { hiddenRows: number; hiddenColumns: number },
  { rows }: Result,
  isWhole: boolean,
): Bilingual {
  const total = rows.length.toLocaleString('en-US')
  const zh = [
    hiddenRows > 0 ? `共${isWhole ? '' : '至少'} ${total} 行，这里是前 ${rows.length - hiddenRows} 行` : '',
    hiddenColumns > 0 ? `另有 ${hiddenColumns} 列没有列出` : '',
  ]
  const en = [
    hiddenRows > 0
      ? `${isWhole ? '' : 'at least '}${total} rows, the first ${rows.length - hiddenRows} of them here`
      : '',
    hiddenColumns > 0 ? `${hiddenColumns} more columns` : '',
  ]
  return {
    zh: `…… ${zh.filter(Boolean).join('，')}；全部在 CSV 文件里。`,
    en: `… ${en.filter(Boolean).join(', ')}; all is in the CSV file.`,
  }
}

function tooManyNote(rows: number): Bilingual {
  const count = rows.toLocaleString('en-US')
  return {
    zh: `结果太多，CSV 文件里只有前 ${count} 行。`,
    en: `There is too much of it: the CSV file holds the first ${count} rows.`,
  }
}

function leftOutNote(lines: number): Bilingual {
  return {
    zh: `有 ${lines} 行分不清列，没有算进去。`,
    en: `${lines} lines could not be cut into cells and were left out.`,
  }
}
