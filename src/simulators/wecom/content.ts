import { z } from 'zod'
import { type Answer, refuse } from './answer.ts'
import { notShownOf } from './card.ts'
import type { MediaShelf } from './media.ts'

const TEXT_BYTES = 2048
const MOST_ARTICLES = 8

/** What a member is shown of a message. */
export interface Shown {
  content: Record<string, unknown>
  text: string
  truncated: boolean
  notShown: string[]
}

const text = z.object({ content: z.string() })
const media = z.object({ media_id: z.string() })
const article = z.looseObject({ title: z.string().min(1) })
const looseUrl = z.string().max(TEXT_BYTES)

/** The body under each msgtype (document 90236). */
const BODIES = {
  text,
  markdown: text,
  image: media,
  voice: media,
  file: media,
  video: media.extend({ title: z.string().optional(), description: z.string().optional() }),
  textcard: z.looseObject({ title: z.string().min(1), description: z.string().min(1), url: looseUrl.min(1) }),
  news: z.object({ articles: z.array(article.extend({ url: looseUrl.optional() })).min(1) }),
  mpnews: z.object({ articles: z.array(article.extend({ thumb_media_id: z.string(), content: z.string() })).min(1) }),
  miniprogram_notice: z.looseObject({ appid: z.string().min(1), title: z.string().min(1) }),
  template_card: z.looseObject({ card_type: z.string() }),
} as const
export type MsgType = keyof typeof BODIES

/** What is cut off where: bytes, or characters (`textcard`). */
const CUT_AT: Readonly<Record<string, Readonly<Record<string, { bytes?: number; characters?: number }>>>> = {
  text: { content: { bytes: TEXT_BYTES } },
  markdown: { content: { bytes: TEXT_BYTES } },
  video: { title: { bytes: 128 }, description: { bytes: 512 } },
  textcard: { title: { characters: 128 }, description: { characters: 512 }, btntxt: { characters: 4 } },
  article: { title: { bytes: 128 }, description: { bytes: 512 } },
}

export function isMsgType(msgtype: string): msgtype is MsgType {
  return Object.hasOwn(BODIES, msgtype)
}

/** Reads the body of a message and cuts it as the platform does; or says why it is refused. */
export function readContent(msgtype: MsgType, body: unknown, shelf: MediaShelf, now: number): Shown | Answer {
  const read = BODIES[msgtype].safeParse(body)
  if (!read.success) return refuse(40058, `${msgtype}: ${z.prettifyError(read.error)}`)
  const content: Record<string, unknown> = read.data
  if (content.content === '') return refuse(44004)
  if (typeof content.media_id === 'string') {
    const found = shelf.find(content.media_id, now)
    if (found?.type !== msgtype) return refuse(40007, found && `it is a ${found.type}`)
    return show(msgtype, content, found.name)
  }
  if (Array.isArray(content.articles) && content.articles.length > MOST_ARTICLES) return refuse(45008)
  return show(msgtype, content)
}

/** The same for what cannot be refused any more: a passive reply. */
export function show(msgtype: string, content: Record<string, unknown>, name = ''): Shown {
  let { shown, truncated } = cut(content, CUT_AT[msgtype])
  if (Array.isArray(content.articles)) {
    const articles = content.articles.map((one) => cut(one, CUT_AT.article))
    truncated = articles.some((one) => one.truncated)
    shown = { ...content, articles: articles.map((one) => one.shown) }
  }
  const notShown = msgtype === 'template_card' ? notShownOf(content) : []
  for (const hidden of notShown) delete shown[hidden]
  return { content: shown, text: wordsOf(shown) || name, truncated, notShown }
}

function cut(content: Record<string, unknown>, limits: (typeof CUT_AT)[string] | undefined) {
  const shown = { ...content }
  let truncated = false
  for (const [name, { bytes, characters }] of Object.entries(limits ?? {})) {
    const whole = content[name]
    if (typeof whole !== 'string') continue
    const kept = bytes === undefined ? [...whole].slice(0, characters).join('') : cutBytes(whole, bytes)
    truncated ||= kept !== whole
    shown[name] = kept
  }
  return { shown, truncated }
}

/** At most so many bytes of UTF-8, never half a character. */
function cutBytes(whole: string, bytes: number): string {
  const encoded = Buffer.from(whole)
  if (encoded.length <= bytes) return whole
  let end = bytes
  while (((encoded[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return encoded.toString('utf8', 0, end)
}

function wordsOf(content: Record<string, unknown>): string {
  if (typeof content.content === 'string') return content.content
  if (Array.isArray(content.articles))
    return content.articles.map((one: Record<string, unknown>) => one.title).join('\n')
  // A card's title is an object with a title and a description; other types have a plain title.
  const main = content.main_title as { title?: unknown; desc?: unknown } | undefined
  const words = main ? [main.title, main.desc, content.sub_title_text] : [content.title, content.description]
  return words.filter((word) => typeof word === 'string' && word !== '').join('\n')
}
