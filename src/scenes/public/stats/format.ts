import { open } from 'node:fs/promises'
import { extname } from 'node:path'
import { Failure } from './failure.ts'

export type Format = 'text' | 'xlsx' | 'json' | 'parquet'

const HEAD_BYTES = 4096
/** PDF, pictures, other archives. */
const otherKinds = ['%PDF', '\x89PNG', '\xff\xd8\xff', 'GIF8', 'Rar!', '7z\xbc', '\x1f\x8b']

/** What a file is, by its first bytes; its name decides only where they say nothing. */
export async function formatOf(path: string, name: string): Promise<Format> {
  const head = await headOf(path)
  const ending = extname(name).toLowerCase()
  const text = head.toString('latin1')
  if (head.length === 0) throw new Failure({ zh: '这个文件是空的。', en: 'The file is empty.' })
  if (text.startsWith('PAR1')) return 'parquet'
  if (text.startsWith('PK\x03\x04')) return 'xlsx'
  if (text.startsWith('\xd0\xcf\x11\xe0')) {
    throw new Failure({
      zh: '这是旧的 .xls 文件，或者是加了密码的工作簿。请在 Excel 里去掉密码，另存为 .xlsx 或 .csv 再发。',
      en: 'This is an old .xls file, or a workbook with a password. Save it as .xlsx or .csv without a password and send that.',
    })
  }
  if (otherKinds.some((mark) => text.startsWith(mark))) throw unknownFormat
  if (ending === '.json' || ending === '.jsonl' || ending === '.ndjson') return 'json'
  if (!['.csv', '.tsv', '.txt'].includes(ending) && /^(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{\s*"/.test(text)) return 'json'
  return 'text'
}

const unknownFormat = new Failure({
  zh: '这种文件不会读。能读的是 CSV、TSV、XLSX、JSON 和 Parquet。',
  en: 'This kind of file cannot be read. CSV, TSV, XLSX, JSON and Parquet can.',
})

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
