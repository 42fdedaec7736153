import { hash } from 'node:crypto'
import { RejectedError } from '../../core/errors.ts'
import type { Part } from '../../core/message/part.ts'
import { clipText, codePoints } from '../../core/message/split.ts'
import { cardLayout, cardRoom, templateCardOf } from './card.ts'
import type { Uploaded } from './media.ts'
import { type TemplateCard, templateCardSchema } from './template-card.ts'
import { type Article, type MediaPart, NEWS_ARTICLES, TEXT_BYTES } from './types.ts'

/** What message/send is told of one part: the type, and under the same name what it holds. */
export interface MessageBody {
  msgtype: string
  [msgtype: string]: unknown
}

/** A part without a file as a message. Throws RejectedError when WeCom would refuse it or show less than it holds. */
export function bodyOf(part: Exclude<Part, MediaPart>, deliveryId: string): MessageBody {
  switch (part.kind) {
    case 'text':
    case 'markdown':
      return { msgtype: part.kind, [part.kind]: { content: wholeText(part.text) } }
    case 'link':
      return textcard(part.title, part.description, part.url)
    case 'news':
      if (part.articles.length > NEWS_ARTICLES) throw new RejectedError(`wecom: at most ${NEWS_ARTICLES} articles`)
      return { msgtype: 'news', news: { articles: part.articles.map(articleOf) } }
    case 'card': {
      const layout = cardLayout(part)
      if (layout === 'none') throw new RejectedError('wecom: a card needs buttons or a url')
      if (layout === 'textcard') return textcard(part.title, part.text, part.url ?? '')
      return templateCard(templateCardOf(part, taskIdOf(deliveryId)))
    }
    case 'native':
      if (part.platform !== 'wecom-app' && part.platform !== 'wecom') {
        throw new RejectedError(`wecom: a form of ${part.platform} cannot be shown here`)
      }
      return templateCard({ task_id: taskIdOf(deliveryId), ...part.body })
    case 'mention':
    case 'quote':
    case 'location':
    case 'event':
      throw new RejectedError(`wecom: a ${part.kind} cannot be sent by itself`)
  }
}

/** A file that is at WeCom as a message. */
export function mediaBodyOf({ type, mediaId }: Uploaded, part: MediaPart): MessageBody {
  if (type !== 'video' || part.kind !== 'video') return { msgtype: type, [type]: { media_id: mediaId } }
  const title = part.title && clipText(part.title, 128)
  const description = part.description && clipText(part.description, 512)
  return { msgtype: 'video', video: { media_id: mediaId, title, description } }
}

function wholeText(text: string): string {
  if (text.trim() === '') throw new RejectedError('wecom: the text is empty')
  if (Buffer.byteLength(text) > TEXT_BYTES) throw new RejectedError(`wecom: the text is over ${TEXT_BYTES} bytes`)
  return text
}

function textcard(title: string, description: string | undefined, url: string): MessageBody {
  const room = cardRoom.textcard
  return {
    msgtype: 'textcard',
    textcard: {
      title: clipText(title, room.title, codePoints),
      // Required: a card that says no more shows where it leads.
      description: clipText(description || url, room.text, codePoints),
      url: webAddress(url),
    },
  }
}

function articleOf({ title, description, picture, url }: Article): Record<string, unknown> {
  return {
    title: clipText(title, 128),
    description: description && clipText(description, 512),
    url: webAddress(url),
    picurl: picture,
  }
}

function webAddress(url: string): string {
  if (!/^https?:\/\/./i.test(url)) throw new RejectedError('wecom: a link needs an http or https address')
  if (Buffer.byteLength(url) > 2048) throw new RejectedError('wecom: the address is over 2048 bytes')
  return url
}

function templateCard(card: TemplateCard): MessageBody {
  const checked = templateCardSchema.safeParse(card)
  if (checked.success) return { msgtype: 'template_card', template_card: card }
  const [issue] = checked.error.issues
  throw new RejectedError(`wecom: the card is not one WeCom shows: ${issue?.path.join('.')} ${issue?.message}`)
}

/** Another for each delivery: nobody knows what WeCom does with a second card of the same task_id. */
function taskIdOf(deliveryId: string): string {
  return deliveryId.length <= 128 ? deliveryId : hash('sha256', deliveryId, 'hex')
}
