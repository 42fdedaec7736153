import { randomUUID } from 'node:crypto'
import { dirname, extname, join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Message } from '../../core/message/message.ts'
import type { Media, Part } from '../../core/message/part.ts'
import { retryWhileUnavailable } from '../../core/retry-while-unavailable.ts'
import { type Bilingual, inLang, type Lang } from '../../core/text/lang.ts'
import type { FileOrder } from '../host/protocol.ts'
import type { Fetched, MediaFiles } from './media.ts'
import type { Scratch } from './scratch.ts'

const TRIES = 3
const BETWEEN_MS = 1_000
const mediaKinds: readonly string[] = ['file', 'image', 'voice', 'video']

/** What a command wants with files, answered: the answers are plain JSON, contents lie in the scratch folder. */
export interface RunFiles {
  answer(order: FileOrder): Promise<unknown>
  /** The attempt is over: its scratch folder goes. */
  end(): Promise<void>
}

export interface RunFilesPorts {
  media: MediaFiles
  scratch: Scratch
  note(text: string): void
}

export function openRunFiles(
  { from, sender, parts }: Message,
  lang: Lang,
  { media, scratch, note }: RunFilesPorts,
  signal: AbortSignal,
): RunFiles {
  let folder: Promise<string> | undefined
  const scratchFolder = (): Promise<string> => (folder ??= scratch.make())
  const not = (sentence: Bilingual, reason: string) => ({ sentence: inLang(lang, sentence), reason })

  /** The message's own files; else those of the message it quotes; else the one its sender sent before. */
  async function sent(): Promise<Part[]> {
    const own = filesIn(parts)
    if (own.length > 0) return own
    const quote = parts.find((part) => part.kind === 'quote')
    const quoted = quote?.messageId === undefined ? [] : filesIn(await media.quoted(quote.messageId, from, signal))
    if (quoted.length > 0) return quoted
    const last = await retryWhileUnavailable(() => media.lastSent(from, sender.id))
    return last === undefined ? [] : [last]
  }

  async function fetchPatiently(source: Media, path: string): Promise<Fetched> {
    for (let attempt = 1; ; attempt++) {
      const fetched = await media.fetch(source, from, path, signal)
      if (fetched.state !== 'away' || attempt === TRIES) return fetched
      note(`the file could not be fetched: ${fetched.why}`)
      await wait(BETWEEN_MS * attempt, undefined, { signal })
    }
  }

  async function save({ media: source, name, type }: FileOrder & { kind: 'save' }): Promise<unknown> {
    const path = join(await scratchFolder(), `${randomUUID()}${endingOf(name ?? '')}`)
    const fetched = await fetchPatiently(source, path)
    switch (fetched.state) {
      case 'fetched':
        note(`fetched a file of ${fetched.bytes} bytes`)
        return {
          saved: {
            path,
            name: name ?? fetched.name ?? 'file',
            type: type ?? fetched.type ?? 'application/octet-stream',
            bytes: fetched.bytes,
          },
        }
      case 'too-large':
        return not(sentences.tooLarge(fetched.mostBytes), `the file is larger than ${fetched.mostBytes} bytes`)
      case 'refused':
        return not(sentences.refused, fetched.why)
      case 'away':
        return not(sentences.away, fetched.why)
    }
  }

  async function keep({ path, name, type }: FileOrder & { kind: 'keep' }): Promise<unknown> {
    if (dirname(resolve(path)) !== (await scratchFolder()))
      throw new Error('files.keep takes a file that lies in the scratch folder')
    const kept = await retryWhileUnavailable(() => media.keep({ path, name, type }))
    if (kept.state === 'kept') return { kept: { fileId: kept.fileId, url: kept.url } }
    return not(sentences.resultTooLarge(kept.mostBytes), `a result is larger than ${kept.mostBytes} bytes`)
  }

  return {
    async answer(order) {
      switch (order.kind) {
        case 'scratch':
          return { path: await scratchFolder() }
        case 'sent':
          return { parts: await sent() }
        case 'save':
          return save(order)
        case 'keep':
          return keep(order)
      }
    },
    async end() {
      if (folder === undefined) return
      const made = await folder.catch(() => undefined)
      if (made !== undefined) await scratch.remove(made)
    },
  }
}

function filesIn(parts: readonly Part[]): Part[] {
  return parts.filter((part) => mediaKinds.includes(part.kind))
}

/** `.csv` of a person's file name; nothing of it that a file system could mistake. */
function endingOf(name: string): string {
  const ending = extname(name).toLowerCase()
  return /^\.[a-z0-9]{1,10}$/.test(ending) ? ending : ''
}

const megabytes = (bytes: number): number => Math.floor(bytes / 1024 / 1024)

const sentences = {
  tooLarge: (mostBytes: number): Bilingual => ({
    zh: `文件太大：最多能处理 ${megabytes(mostBytes)} MB。`,
    en: `The file is too large: ${megabytes(mostBytes)} MB at most.`,
  }),
  resultTooLarge: (mostBytes: number): Bilingual => ({
    zh: `结果文件太大：最多能保存 ${megabytes(mostBytes)} MB。`,
    en: `The result is too large to be kept: ${megabytes(mostBytes)} MB at most.`,
  }),
  refused: {
    zh: '取不到这个文件：它可能已过期，或者它的地址不允许访问。请重新发送文件。',
    en: 'The file cannot be fetched: it may have expired, or its address is not allowed. Please send it again.',
  } satisfies Bilingual,
  away: {
    zh: '现在取不到这个文件，请过一会儿再试。',
    en: 'The file cannot be fetched right now. Please try again in a while.',
  } satisfies Bilingual,
}
