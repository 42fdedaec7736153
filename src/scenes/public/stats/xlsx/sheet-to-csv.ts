import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { csvLine } from '../csv-line.ts'
import { Failure } from '../failure.ts'
import { openWorkbook, type Workbook } from './workbook.ts'
import { readXml } from './xml.ts'

const DAY_MS = 86_400_000
const EPOCH_1900_MS = Date.UTC(1899, 11, 30)
const EPOCH_1904_MS = Date.UTC(1904, 0, 1)
const MOST_COLUMNS = 16_384
/** Texts that cells share are held in memory. */
const MOST_SHARED_CHARS = 64 * 1024 * 1024

/**
 * Writes one sheet of a workbook as CSV in UTF-8, row by row; the first one, or the one of that name. Dates are written
 * as dates. Throws Failure when there is no such sheet, or the file is damaged.
 */
export async function sheetToCsv(
  path: string,
  to: string,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<{ sheet: string; sheets: readonly string[] }> {
  const workbook = await openWorkbook(path)
  try {
    const sheet =
      wanted === undefined ? workbook.sheets[0] : workbook.sheets.find(({ name }) => name.trim() === wanted.trim())
    const sheets = workbook.sheets.map(({ name }) => name)
    if (sheet === undefined) throw noSheet(wanted, sheets)
    await writeSheet(workbook, sheet.part, to, signal)
    return { sheet: sheet.name, sheets }
  } catch (error) {
    if (error instanceof Failure || signal.aborted) throw error
    const sentence = { zh: '工作簿已损坏，读不出来。', en: 'The workbook is damaged and cannot be read.' }
    throw new Failure(sentence, { cause: error })
  } finally {
    workbook.close()
  }
}

async function writeSheet(workbook: Workbook, part: string, to: string, signal: AbortSignal): Promise<void> {
  const shared = await sharedTexts(workbook)
  const stream = await workbook.part(part)
  if (stream === undefined) throw new Error(`${part} is not there`)
  const out = createWriteStream(to)
  let lines = ''
  let row: string[] = []
  let cell = { column: 0, type: '', style: 0 }
  let value = ''
  let isValue = false
  await readXml(stream, {
    open({ name, attributes }) {
      if (name === 'row') row = []
      else if (name === 'c') {
        cell = {
          column: columnOf(attributes.r) ?? row.length,
          type: attributes.t ?? 'n',
          style: Number(attributes.s ?? 0),
        }
        value = ''
      } else isValue = name === 'v' || name === 't'
    },
    text(text) {
      if (isValue) value += text
    },
    close(name) {
      if (name === 'v' || name === 't') isValue = false
      else if (name === 'c' && cell.column < MOST_COLUMNS) {
        while (row.length < cell.column) row.push('')
        row[cell.column] = textOf(cell, value, shared, workbook)
      } else if (name === 'row' && row.some((each) => each !== '')) lines += csvLine(row)
    },
    async piece() {
      signal.throwIfAborted()
      const written = lines
      lines = ''
      if (written !== '' && !out.write(written)) await once(out, 'drain')
    },
  })
  out.end()
  await finished(out)
}

function textOf(
  { type, style }: { type: string; style: number },
  value: string,
  shared: readonly string[],
  { isDate, counts1904 }: Workbook,
): string {
  if (value === '') return ''
  switch (type) {
    case 's':
      return shared[Number(value)] ?? ''
    case 'b':
      return value === '1' ? 'TRUE' : 'FALSE'
    case 'e':
      return ''
    case 'n':
      return isDate(style) ? dateText(Number(value), counts1904) : value
    default:
      return value
  }
}

/** A date as everybody reads it; a time alone, and what is no date at all, stays a number. */
function dateText(days: number, counts1904: boolean): string {
  if (!Number.isFinite(days) || days < 1 || days > 2_958_465) return String(days)
  const at = new Date((counts1904 ? EPOCH_1904_MS : EPOCH_1900_MS) + Math.round((days * DAY_MS) / 1000) * 1000)
  const [date = '', time = ''] = at.toISOString().split('T')
  return time.startsWith('00:00:00') ? date : `${date} ${time.slice(0, 8)}`
}

/** Its texts with all their runs; how Chinese is to be pronounced is left out. */
async function sharedTexts(workbook: Workbook): Promise<string[]> {
  const texts: string[] = []
  const stream = await workbook.part('xl/sharedStrings.xml')
  if (stream === undefined) return texts
  let text = ''
  let chars = 0
  let isText = false
  let isPhonetic = false
  await readXml(stream, {
    open({ name }) {
      if (name === 'si') text = ''
      else if (name === 'rPh') isPhonetic = true
      else isText = name === 't' && !isPhonetic
    },
    text(piece) {
      if (isText) text += piece
    },
    close(name) {
      if (name === 't') isText = false
      else if (name === 'rPh') isPhonetic = false
      else if (name === 'si') {
        chars += text.length
        if (chars > MOST_SHARED_CHARS) throw tooMuchText
        texts.push(text)
      }
    },
  })
  return texts
}

const tooMuchText = new Failure({
  zh: '工作簿里的文字太多。请另存为 CSV 再发。',
  en: 'There is too much text in the workbook. Save it as CSV and send that.',
})

/** `AB12` → 27. */
function columnOf(reference: string | undefined): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? '')?.[0]
  if (letters === undefined) return undefined
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
}

function noSheet(wanted: string | undefined, sheets: readonly string[]): Failure {
  const names = sheets.join('、')
  if (wanted === undefined || sheets.length === 0)
    return new Failure({ zh: '工作簿里没有工作表。', en: 'There is no sheet in the workbook.' })
  return new Failure({
    zh: `没有工作表“${wanted}”。有的是：${names}。`,
    en: `There is no sheet "${wanted}". There are: ${names}.`,
  })
}
