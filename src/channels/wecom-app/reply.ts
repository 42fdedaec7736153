import { randomInt } from 'node:crypto'
import type { Ack } from '../../core/message/ack.ts'
import type { Message } from '../../core/message/message.ts'
import type { Part } from '../../core/message/part.ts'
import { clipText } from '../../core/message/split.ts'
import type { WecomCrypto } from '../wecom/crypto.ts'
import { writeXml, type XmlChild } from '../wecom/xml.ts'
import { type Article, NEWS_ARTICLES, TEXT_BYTES } from './types.ts'

type Fields = readonly (readonly [name: string, child: XmlChild])[]

/** The answer to a card's button is documented, but the platform is said to drop it; those not named here take none. */
const answerableEvents = new Set([
  'subscribe',
  'enter_agent',
  'LOCATION',
  'click',
  'view',
  'view_miniprogram',
  'scancode_waitmsg',
  'template_card_menu_event',
])

/**
 * The ack that carries `part` as the answer to `message`, or undefined where it cannot ride on one.
 * https://developer.work.weixin.qq.com/document/path/90241
 */
export function passiveReply(
  crypto: WecomCrypto,
  corpId: string,
  message: Message,
  part: Part,
  now: number,
): Ack | undefined {
  const event = message.parts.find(({ kind }) => kind === 'event')
  if (event?.kind === 'event' && !answerableEvents.has(event.name)) return undefined
  const content = contentOf(part)
  if (content === undefined) return undefined
  const seconds = Math.floor(now / 1000)
  const plaintext = writeXml('xml', [
    ['ToUserName', message.from.chat],
    ['FromUserName', corpId],
    ['CreateTime', seconds],
    ...content,
  ])
  const nonce = `${randomInt(1_000_000_000, 10_000_000_000)}`
  const body = sealedReply(crypto, plaintext, seconds, nonce)
  return { status: 200, body, headers: { 'content-type': 'application/xml; charset=utf-8' } }
}

/** The envelope of an encrypted answer; `random` as in `WecomCrypto.encrypt`. */
export function sealedReply(
  crypto: WecomCrypto,
  plaintext: string,
  seconds: number,
  nonce: string,
  random?: Buffer,
): string {
  const encrypted = crypto.encrypt(plaintext, random)
  return writeXml('xml', [
    ['Encrypt', encrypted],
    ['MsgSignature', crypto.sign(`${seconds}`, nonce, encrypted)],
    ['TimeStamp', seconds],
    ['Nonce', nonce],
  ])
}

function contentOf(part: Part): Fields | undefined {
  switch (part.kind) {
    case 'text':
      if (part.text.trim() === '' || Buffer.byteLength(part.text) > TEXT_BYTES) return undefined
      return [
        ['MsgType', 'text'],
        ['Content', part.text],
      ]
    case 'image':
    case 'voice':
      if (part.media.source !== 'platform') return undefined
      return [
        ['MsgType', part.kind],
        [part.kind === 'image' ? 'Image' : 'Voice', [['MediaId', part.media.id]]],
      ]
    case 'video':
      if (part.media.source !== 'platform') return undefined
      return [
        ['MsgType', 'video'],
        [
          'Video',
          [
            ['MediaId', part.media.id],
            ['Title', clipText(part.title ?? '', 128)],
            ['Description', clipText(part.description ?? '', 512)],
          ],
        ],
      ]
    case 'news':
      if (part.articles.length > NEWS_ARTICLES) return undefined
      return [
        ['MsgType', 'news'],
        ['ArticleCount', part.articles.length],
        ['Articles', part.articles.map((article) => ['item', articleFields(article)] as const)],
      ]
    default:
      return undefined
  }
}

function articleFields({ title, description, picture, url }: Article): Fields {
  return [
    ['Title', clipText(title, 128)],
    ['Description', clipText(description ?? '', 512)],
    ['PicUrl', picture ?? ''],
    ['Url', url],
  ]
}
