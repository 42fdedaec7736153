import type { Files, SavedFile } from '#scene'
import { Failure } from './failure.ts'

/**
 * The file that a question is about: of a web address where one is named, else what the message brings, quotes, or was
 * sent before it.
 */
export async function fetchSource(files: Files, address: string | undefined): Promise<SavedFile> {
  if (address !== undefined) return files.save(addressOf(address))
  const file = (await files.sent()).findLast((part) => part.kind === 'file')
  if (file === undefined) {
    throw new Failure({
      zh: '没有找到文件。请先发送文件（CSV、TSV、XLSX、JSON 或 Parquet），一小时内再发这条命令；也可以引用文件消息，或加上 --file=网址。',
      en: 'There is no file. Send one first (CSV, TSV, XLSX, JSON or Parquet) and this command within an hour; or quote the file, or add --file=URL.',
    })
  }
  return files.save(file)
}

export function isAddress(text: string | undefined): text is string {
  return text !== undefined && /^https?:\/\//i.test(text)
}

function addressOf(text: string): URL {
  const url = isAddress(text) ? URL.parse(text) : null
  if (url !== null) return url
  throw new Failure({
    zh: `“${text.slice(0, 60)}”不是网址。--file 后面写 http:// 或 https:// 开头的地址。`,
    en: `"${text.slice(0, 60)}" is no address. --file takes one that begins with http:// or https://.`,
  })
}
