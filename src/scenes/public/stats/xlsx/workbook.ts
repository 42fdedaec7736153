import type { Readable } from 'node:stream'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { Failure } from '../failure.ts'
import { type Node, readXml } from './xml.ts'

/** A workbook, open: what its parts say about one another. */
export interface Workbook {
  sheets: readonly { name: string; part: string }[]
  /** Whether numbers with this style are dates. */
  isDate(style: number): boolean
  /** Days count from 1904 and not from 1900. */
  counts1904: boolean
  /** A part's XML as it is unpacked; undefined when there is none. */
  part(name: string): Promise<Readable | undefined>
  close(): void
}

/** More than this, unpacked, is no table that a person made. */
const MOST_UNPACKED_BYTES = 4 * 1024 ** 3
/** Excel's own formats of dates and times. */
const dateFormats = new Set([14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58])

/** Throws Failure when the file is no workbook of the kind that Excel has written since 2007. */
export async function openWorkbook(path: string): Promise<Workbook> {
  const zip = await opened(path)
  const entries = await entriesOf(zip)
  const part = async (name: string): Promise<Readable | undefined> => {
    const entry = entries.get(name.toLowerCase())
    return entry && streamOf(zip, entry)
  }
  const nodes = async (name: string): Promise<Node[]> => {
    const stream = await part(name)
    const found: Node[] = []
    if (stream !== undefined) await readXml(stream, { open: (node) => void found.push(node) })
    return found
  }
  const workbook = await nodes('xl/workbook.xml')
  if (workbook.length === 0) {
    zip.close()
    throw noWorkbook
  }
  const targets = new Map(
    (await nodes('xl/_rels/workbook.xml.rels')).map(({ attributes: { Id = '', Target = '' } }) => [Id, partAt(Target)]),
  )
  const sheets = workbook.flatMap(({ name, attributes }) => {
    const target = targets.get(attributes['r:id'] ?? '')
    return name === 'sheet' && target !== undefined ? [{ name: attributes.name ?? '', part: target }] : []
  })
  return {
    sheets: sheets.filter((sheet) => entries.has(sheet.part.toLowerCase())),
    isDate: dateStyles(await nodes('xl/styles.xml')),
    counts1904: workbook.some(
      ({ name, attributes }) => name === 'workbookPr' && /^(?:1|true)$/.test(attributes.date1904 ?? ''),
    ),
    part,
    close: () => zip.close(),
  }
}

function dateStyles(styles: readonly Node[]): (style: number) => boolean {
  const own = new Map(
    styles
      .filter(({ name }) => name === 'numFmt')
      .map(({ attributes }) => [Number(attributes.numFmtId), attributes.formatCode ?? '']),
  )
  const from = styles.findIndex(({ name }) => name === 'cellXfs')
  const formats = styles
    .slice(from + 1)
    .filter(({ name, parent }) => name === 'xf' && parent === 'cellXfs')
    .map(({ attributes }) => Number(attributes.numFmtId))
  const dates = formats.map((id) => dateFormats.has(id) || isDateCode(own.get(id) ?? ''))
  return (style) => dates[style] ?? false
}

/** A year or a day in the code, what is quoted or in brackets aside. */
function isDateCode(code: string): boolean {
  return /[yd年日]/i.test(code.replace(/"[^"]*"|\\.|\[[^\]]*\]/g, '')) && !/^general$/i.test(code)
}

function partAt(target: string): string {
  return target.startsWith('/') ? target.slice(1) : `xl/${target.replace(/^\.\//, '')}`
}

const noWorkbook = new Failure({
  zh: '这个压缩文件不是 Excel 工作簿（.xlsx）。请解压后发送里面的表格。',
  en: 'This archive is no Excel workbook (.xlsx). Unpack it and send the table that is in it.',
})

async function opened(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { lazyEntries: true, autoClose: false })
  } catch (error) {
    throw new Failure(noWorkbook.sentence, { cause: error })
  }
}

function entriesOf(zip: ZipFile): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>()
  return new Promise((resolve, reject) => {
    zip.on('entry', (entry: Entry) => {
      entries.set(entry.fileName.toLowerCase(), entry)
      zip.readEntry()
    })
    zip.on('end', () => resolve(entries))
    zip.on('error', (error: Error) => reject(new Failure(noWorkbook.sentence, { cause: error })))
    zip.readEntry()
  })
}

async function streamOf(zip: ZipFile, entry: Entry): Promise<Readable> {
  if (entry.uncompressedSize > MOST_UNPACKED_BYTES) {
    throw new Failure({ zh: '工作簿解压后太大。', en: 'The workbook is too large when it is unpacked.' })
  }
  return zip.openReadStreamPromise(entry)
}
