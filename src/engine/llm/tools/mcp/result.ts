import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import type { Part } from '../../../../core/message/part.ts'
import { inLang, type Lang } from '../../../../core/text/lang.ts'
import { MOST_PICTURE_BYTES, MOST_PICTURES, pictureType } from '../../pictures.ts'
import { clip } from '../said-words.ts'
import { toolSentences } from '../sentences.ts'
import type { ToolResult } from '../toolbox.ts'

/** Keeps a picture and gives it as a part. */
export type KeepPicture = (name: string, type: string, bytes: Uint8Array) => Promise<Part>

/** What a server answered, as the model is told it: as material, never as ours. Its pictures go to the chat. */
export async function readResult(
  { content, structuredContent, isError }: CallToolResult,
  server: string,
  lang: Lang,
  keep: KeepPicture,
): Promise<ToolResult> {
  const words: string[] = []
  const parts: Part[] = []
  for (const item of content) {
    if (item.type === 'text') words.push(item.text)
    else if (item.type === 'resource_link') words.push(`${item.name} ${item.uri}`)
    else if (item.type === 'resource')
      words.push(
        'text' in item.resource ? item.resource.text : `${item.resource.uri} (${item.resource.mimeType ?? ''})`,
      )
    else if (item.type === 'image' && parts.length < MOST_PICTURES) {
      const bytes = Buffer.from(item.data, 'base64')
      const type = bytes.length <= MOST_PICTURE_BYTES ? pictureType(bytes) : undefined
      if (type === undefined) continue
      parts.push(await keep(`${server}-${parts.length + 1}.${type.replace('image/', '')}`, type, bytes))
    }
  }
  if (words.length === 0 && structuredContent !== undefined) words.push(JSON.stringify(structuredContent))
  const names = parts.map((part) => ('name' in part ? (part.name ?? part.kind) : part.kind))
  const attached = names.length === 0 ? '' : `\n${inLang(lang, toolSentences.attached(names))}`
  const said = clip(words.join('\n'), lang)
  const told = said === '' ? inLang(lang, toolSentences.nothingSaid) : said
  const text = `${inLang(lang, toolSentences.fromServer(server))}${told}${attached}`
  return { text, parts, end: isError === true ? 'the server says it failed' : 'done' }
}
