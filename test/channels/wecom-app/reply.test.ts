import { expect, test } from 'vitest'
import { wecomCrypto } from '../../../src/channels/wecom/crypto.ts'
import { openCallback } from '../../../src/channels/wecom/verify.ts'
import { readXml, type XmlElement } from '../../../src/channels/wecom/xml.ts'
import type { Message } from '../../../src/core/message/message.ts'
import type { Part } from '../../../src/core/message/part.ts'
import { vectors } from '../wecom/vectors.ts'
import { anApp, appConfig } from './app.ts'

const crypto = wecomCrypto({ ...appConfig, receiveId: appConfig.corpId })
const message = (parts: Part[]): Message => ({
  id: 'wecom-1',
  from: { channel: 'wecom', chat: 'zhang.san', chatKind: 'private' },
  sender: { id: 'zhang.san' },
  text: '',
  parts,
  receivedAt: 0,
})
const asked = message([{ kind: 'text', text: 'hi' }])

/** What the platform reads in the ack. */
function heard(part: Part, to = asked): XmlElement | undefined {
  const ack = anApp().channel.can.passiveReply?.replyTo(to, part)
  if (!ack) return undefined
  const envelope = readXml(ack.body ?? '')
  // All four are plain texts, see sealedReply.
  const { MsgSignature, TimeStamp, Nonce } = envelope as Record<string, string>
  const rawQuery = `msg_signature=${MsgSignature}&timestamp=${TimeStamp}&nonce=${Nonce}`
  const body = Buffer.from(`<xml><Encrypt><![CDATA[${envelope.Encrypt}]]></Encrypt></xml>`)
  return readXml(openCallback(crypto, { method: 'POST', rawQuery, headers: {}, body }).text)
}

const { cases } = vectors<{ cases: { id: string; input?: { parsed: Record<string, unknown> } }[] }>(
  'wecom-app-callback',
)

test.each<[string, Part]>([
  ['app-reply-text', { kind: 'text', text: '已收到，任务 #42 排队中' }],
  ['app-reply-image', { kind: 'image', media: { source: 'platform', id: 'MEDIA' } }],
  ['app-reply-voice', { kind: 'voice', media: { source: 'platform', id: 'MEDIA' } }],
  ['app-reply-video', { kind: 'video', media: { source: 'platform', id: 'MEDIA' }, title: 't', description: 'd' }],
])('%s has the fields of its vector', (id, part) => {
  const wanted = cases.find((vector) => vector.id === id)?.input?.parsed
  const got = heard(part)
  expect(Object.keys(got ?? {})).toEqual(Object.keys(wanted ?? {}))
  const { CreateTime: _, Image: image, Voice: voice, Video: video, ...rest } = got ?? {}
  expect(wanted).toMatchObject(rest)
  for (const media of [image, voice, video]) if (media) expect(media).toHaveProperty('MediaId', 'MEDIA')
})

test('news rides on the ack up to eight articles', () => {
  const article = { title: 't', url: 'https://e.com/?a=1&b=2', description: 'd', picture: 'https://e.com/p' }
  expect(heard({ kind: 'news', articles: [article] })).toMatchObject({
    MsgType: 'news',
    ArticleCount: '1',
    Articles: { item: [{ Title: 't', Description: 'd', PicUrl: 'https://e.com/p', Url: 'https://e.com/?a=1&b=2' }] },
  })
  expect(heard({ kind: 'news', articles: Array(9).fill(article) })).toBeUndefined()
})

test('a text keeps every character, also the end of a CDATA section', () => {
  expect(heard({ kind: 'text', text: 'a]]>b & <c>\n汉👍' })).toMatchObject({ Content: 'a]]>b & <c>\n汉👍' })
})

test.each<[string, Part]>([
  ['a text over 2048 bytes', { kind: 'text', text: '汉'.repeat(683) }],
  ['a blank text', { kind: 'text', text: ' ' }],
  ['markdown', { kind: 'markdown', text: '**a**' }],
  ['a picture that is not at the platform', { kind: 'image', media: { source: 'inline', base64: 'AAAA' } }],
  ['a card', { kind: 'card', title: 't' }],
])('%s does not ride on the ack', (_, part) => {
  expect(heard(part)).toBeUndefined()
})

test('an event takes an answer where the platform listens for one', () => {
  const text: Part = { kind: 'text', text: 'hi' }
  expect(heard(text, message([{ kind: 'event', name: 'click', key: 'k' }]))).toBeDefined()
  expect(heard(text, message([{ kind: 'event', name: 'template_card_event', key: 'k' }]))).toBeUndefined()
})
