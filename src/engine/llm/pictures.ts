import type { Log } from '../../core/log.ts'
import type { Message } from '../../core/message/message.ts'
import type { Part } from '../../core/message/part.ts'
import { type Bilingual, inLang, type Lang } from '../../core/text/lang.ts'
import { whyOf } from '../../core/text/why.ts'

/** The pictures that came with a question. */
export interface QuestionPictures {
  /** For the memory and for models that do not see. */
  readonly count: number
  /** As data URLs, and in words which could not be read. Fetched with the first call; the second gives the same. */
  load(): Promise<{ urls: readonly string[]; note: string }>
  /** What a model that does not see is told. */
  readonly unseen: string
}

/** Brings a part's bytes, wherever they are. Throws when it cannot. */
export type FetchMedia = (
  message: Message,
  media: ImagePart['media'],
  limitBytes: number,
  signal: AbortSignal,
) => Promise<Uint8Array>

export interface PicturePorts {
  /** What a message quotes, where its channel can tell. */
  quoted(message: Message, messageId: string, signal: AbortSignal): Promise<readonly Part[]>
  fetch: FetchMedia
  log: Log
}

type ImagePart = Extract<Part, { kind: 'image' }>

export const MOST_PICTURES = 4
export const MOST_PICTURE_BYTES = 5 * 1024 * 1024
const FETCH_MS = 30_000

/**
 * A message's own pictures and those of what it quotes; undefined when there are none. Nothing is fetched but what is
 * quoted.
 */
export async function picturesOf(
  message: Message,
  lang: Lang,
  ports: PicturePorts,
  signal: AbortSignal,
): Promise<QuestionPictures | undefined> {
  const images = [...imagesIn(message.parts), ...(await quotedImages(message, ports, signal))]
  if (images.length === 0) return undefined
  let loading: ReturnType<QuestionPictures['load']> | undefined
  return {
    count: images.length,
    unseen: inLang(lang, sentences.unseen(images.length)),
    load: () => (loading ??= loadAll(images, message, lang, ports, signal)),
  }
}

/** The question as memory keeps it: a word for each picture, before the text. */
export function withPictureWords(text: string, pictures: QuestionPictures | undefined): string {
  return pictures === undefined ? text : `${'[图片]'.repeat(pictures.count)}\n${text}`
}

async function quotedImages(message: Message, ports: PicturePorts, signal: AbortSignal): Promise<ImagePart[]> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)])
  const found = await Promise.all(
    message.parts.map(async (part) => {
      if (part.kind !== 'quote' || part.messageId === undefined) return []
      try {
        return imagesIn(await ports.quoted(message, part.messageId, limit))
      } catch (error) {
        ports.log.warn({ messageId: message.id, error: whyOf(error) }, 'what a message quotes could not be read')
        return []
      }
    }),
  )
  return found.flat()
}

function imagesIn(parts: readonly Part[]): ImagePart[] {
  return parts.filter((part) => part.kind === 'image')
}

async function loadAll(
  images: readonly ImagePart[],
  message: Message,
  lang: Lang,
  { fetch, log }: PicturePorts,
  signal: AbortSignal,
): Promise<{ urls: string[]; note: string }> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)])
  const notes: Bilingual[] = images.length > MOST_PICTURES ? [sentences.tooMany(images.length)] : []
  const loaded = await Promise.all(
    images.slice(0, MOST_PICTURES).map(async ({ media }, place) => {
      try {
        const bytes = await fetch(message, media, MOST_PICTURE_BYTES, limit)
        if (bytes.length > MOST_PICTURE_BYTES)
          throw new Error(`it has ${bytes.length} bytes, over ${MOST_PICTURE_BYTES}`)
        const type = pictureType(bytes)
        if (type === undefined) throw new Error('it is no PNG, JPEG, WebP or GIF')
        return `data:${type};base64,${Buffer.from(bytes).toString('base64')}`
      } catch (error) {
        signal.throwIfAborted()
        log.warn({ messageId: message.id, place, error: whyOf(error) }, 'a picture could not be read for the model')
        notes.push(sentences.unread(place + 1))
        return undefined
      }
    }),
  )
  const urls = loaded.filter((url) => url !== undefined)
  return { urls, note: notes.map((note) => inLang(lang, note)).join('') }
}

/** What models and chats take as a picture: by its first bytes, whatever it calls itself; undefined for all else. */
export function pictureType(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1')
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (start.startsWith('GIF8')) return 'image/gif'
  return start.startsWith('RIFF') && start.endsWith('WEBP') ? 'image/webp' : undefined
}

const sentences = {
  unseen: (count: number): Bilingual => ({
    zh: `（随消息发来 ${count} 张图片，你看不到。）`,
    en: `(${count} pictures came with this message; you cannot see them.)`,
  }),
  unread: (place: number): Bilingual => ({
    zh: `（第 ${place} 张图片没能读取，你看不到。）`,
    en: `(Picture ${place} could not be read; you cannot see it.)`,
  }),
  tooMany: (count: number): Bilingual => ({
    zh: `（共发来 ${count} 张图片，你只能看到前 ${MOST_PICTURES} 张。）`,
    en: `(${count} pictures came; you see the first ${MOST_PICTURES} only.)`,
  }),
}
