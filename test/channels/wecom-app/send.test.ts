import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bodyOf } from '../../../src/channels/wecom-app/body.ts'
import type { WecomAppConfig } from '../../../src/channels/wecom-app/settings.ts'
import { RejectedError, SetupError, UnavailableError } from '../../../src/core/errors.ts'
import type { Part } from '../../../src/core/message/part.ts'
import { channelPorts, type FakePorts } from '../../fakes/channel-ports.ts'
import { qyapi } from '../wecom/qyapi.ts'
import { aDelivery, anApp, never } from './app.ts'

const png = Buffer.concat([Buffer.from([0x89]), Buffer.from('PNG picture')])
const inline = (bytes: Uint8Array) => ({ source: 'inline', base64: Buffer.from(bytes).toString('base64') }) as const
const text = (value: string): Part => ({ kind: 'text', text: value })

let api: Awaited<ReturnType<typeof qyapi>>
let ports: FakePorts
beforeEach(async () => {
  api = await qyapi()
  ports = channelPorts()
})
afterEach(() => api.close())

const app = (config: Partial<WecomAppConfig> = {}) => anApp({ apiBaseUrl: api.url, ...config }, ports).channel
const send = (part: Part, id = 'd-1', chat = 'zhang.san') => app().send(aDelivery(part, id, chat), never)
const sent = () => api.callsTo('message/send').map(({ json }) => json)

describe('a message', () => {
  test('has a receipt with the platform’s id', async () => {
    expect(await send(text('完成'))).toEqual({ platformMessageId: 'msg-2', sentAt: ports.now() })
    expect(sent()).toEqual([
      {
        touser: 'zhang.san',
        agentid: 1000002,
        msgtype: 'text',
        text: { content: '完成' },
        enable_duplicate_check: 1,
        duplicate_check_interval: expect.any(Number),
      },
    ])
  })

  test('repeated is the same request byte for byte; the same text said again is another', async () => {
    await send(text('完成'), 'd-1')
    await send(text('完成'), 'd-1')
    await send(text('完成'), 'd-2')
    const [first, repeat, second] = api.callsTo('message/send').map(({ bytes }) => bytes.toString())
    expect(repeat).toBe(first)
    expect(second).not.toBe(first)
  })

  test('asks for a duplicate check of ten minutes to four hours', async () => {
    for (const id of ['d-1', 'd-2', 'd-3', 'd-4']) await send(text('x'), id)
    for (const body of sent()) {
      const { duplicate_check_interval: interval } = body as { duplicate_check_interval: number }
      expect(interval).toBeGreaterThanOrEqual(600)
      expect(interval).toBeLessThan(14_400)
    }
  })

  test('to somebody who cannot be reached is refused although the platform says ok', async () => {
    api.script('message/send', { json: { errcode: 0, errmsg: 'ok', invaliduser: 'zhang.san', msgid: 'm' } })
    await expect(send(text('x'), 'd-1', 'Zhang.San')).rejects.toThrow(RejectedError)
  })

  test.each<[string, Part]>([
    ['a blank text', text(' ')],
    ['a text over 2048 bytes', text('汉'.repeat(683))],
    [
      'nine articles',
      { kind: 'news', articles: Array.from({ length: 9 }, () => ({ title: 't', url: 'https://e.com' })) },
    ],
    ['a link to nowhere', { kind: 'link', title: 't', url: 'javascript:alert(1)' }],
    ['an address over 2048 bytes', { kind: 'link', title: 't', url: `https://e.com/${'a'.repeat(2048)}` }],
    ['a mention', { kind: 'mention', person: 'a' }],
    ['another platform’s form', { kind: 'native', platform: 'telegram', body: {} }],
  ])('%s is refused before a call', async (_, part) => {
    await expect(send(part)).rejects.toThrow(RejectedError)
    expect(api.calls).toEqual([])
  })
})

describe('links, news and cards', () => {
  const body = (part: Exclude<Part, { media: unknown }>) => bodyOf(part, 'd-1')

  test('a link is a textcard, its address for a missing description', () => {
    expect(body({ kind: 'link', title: 't', url: 'https://e.com' })).toEqual({
      msgtype: 'textcard',
      textcard: { title: 't', description: 'https://e.com', url: 'https://e.com' },
    })
  })

  test('news titles are cut to their bytes', () => {
    const article = { title: '题'.repeat(50), url: 'https://e.com', description: 'd', picture: 'https://e.com/p' }
    expect(body({ kind: 'news', articles: [article] })).toEqual({
      msgtype: 'news',
      news: {
        articles: [{ title: `${'题'.repeat(41)}…`, description: 'd', url: 'https://e.com', picurl: 'https://e.com/p' }],
      },
    })
  })

  test('a card with buttons is a button_interaction of its own task_id', () => {
    const card = {
      kind: 'card',
      title: '发布？',
      text: '周报',
      facts: [{ name: '队伍', value: 'A' }],
      buttons: [
        { label: '同意', command: 'approve 12', style: 'primary' },
        { label: '拒绝', command: 'reject 12', style: 'danger' },
      ],
    } as const
    const json = JSON.parse(JSON.stringify(body({ ...card, facts: [...card.facts], buttons: [...card.buttons] })))
    expect(json).toEqual({
      msgtype: 'template_card',
      template_card: {
        card_type: 'button_interaction',
        main_title: { title: '发布？' },
        sub_title_text: '周报',
        horizontal_content_list: [{ keyname: '队伍', value: 'A' }],
        button_list: [
          { text: '同意', style: 1, key: 'approve 12' },
          { text: '拒绝', style: 2, key: 'reject 12' },
        ],
        task_id: 'd-1',
      },
    })
  })

  test('a card with an address is a textcard, with facts a text_notice', () => {
    const card = { kind: 'card', title: 't', text: 'x', url: 'https://e.com' } as const
    expect(body(card)).toEqual({
      msgtype: 'textcard',
      textcard: { title: 't', description: 'x', url: 'https://e.com' },
    })
    expect(body({ ...card, facts: [{ name: 'n', value: 'v' }] })).toMatchObject({
      template_card: { card_type: 'text_notice', card_action: { type: 1, url: 'https://e.com' } },
    })
  })

  test.each<[string, Record<string, unknown>]>([
    ['buttons on a text_notice', { card_type: 'text_notice', card_action: { type: 1, url: 'u' }, button_list: [] }],
    ['a text_notice that leads nowhere', { card_type: 'text_notice', main_title: { title: 't' } }],
    ['an unknown card_type', { card_type: 'x' }],
    [
      'seven buttons',
      { card_type: 'button_interaction', main_title: {}, button_list: Array(7).fill({ text: 'a', key: 'k' }) },
    ],
    ['a button without a key', { card_type: 'button_interaction', main_title: {}, button_list: [{ text: 'a' }] }],
    [
      'a key over 1024 bytes',
      { card_type: 'button_interaction', main_title: {}, button_list: [{ text: 'a', key: '汉'.repeat(342) }] },
    ],
    [
      'a task_id with a space',
      { card_type: 'button_interaction', main_title: {}, button_list: [{ text: 'a', key: 'k' }], task_id: 'a b' },
    ],
  ])('%s is refused before a call', async (_, card) => {
    await expect(send({ kind: 'native', platform: 'wecom-app', body: card })).rejects.toThrow(RejectedError)
    expect(api.calls).toEqual([])
  })

  test('whatever split gives, one call holds', () => {
    const name = fc.string({ unit: 'grapheme', maxLength: 60 })
    const card = fc.record({
      kind: fc.constant('card' as const),
      title: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }),
      text: fc.option(fc.string({ unit: 'grapheme', maxLength: 800 }), { nil: undefined }),
      url: fc.option(fc.constant('https://e.com'), { nil: undefined }),
      facts: fc.option(fc.array(fc.record({ name: name.map((n) => `n${n}`), value: name }), { maxLength: 9 }), {
        nil: undefined,
      }),
      buttons: fc.option(
        fc.array(fc.record({ label: name.map((n) => `b${n}`), command: name.map((n) => `c${n}`) }), { maxLength: 14 }),
        { nil: undefined },
      ),
    })
    fc.assert(
      fc.property(card, (part) => {
        const pieces = app().split([part])
        expect(app().split(pieces)).toEqual(pieces)
        for (const piece of pieces) if (!('media' in piece)) bodyOf(piece, 'd-1')
      }),
      { numRuns: 50 },
    )
  })
})

describe('files', () => {
  test('are uploaded once a delivery, by whichever process repeats it', async () => {
    const picture: Part = { kind: 'image', media: inline(png), name: '图.png' }
    await send(picture)
    await send(picture)
    expect(api.callsTo('media/upload').length).toBe(1)
    const [first, repeat] = api.callsTo('message/send').map(({ bytes }) => bytes.toString())
    expect(repeat).toBe(first)
    expect(sent()[0]).toMatchObject({ msgtype: 'image', image: { media_id: 'media-2' } })
    expect(api.callsTo('media/upload')[0]?.query.type).toBe('image')
    expect(api.callsTo('media/upload')[0]?.bytes.toString()).toContain('filename="file.png"')
  })

  test('kept in our store and at an address are read from there', async () => {
    ports.files.set('f-1', { bytes: Buffer.from('kept bytes'), name: 'kept.txt', type: 'text/plain' })
    await send({ kind: 'file', media: { source: 'kept', fileId: 'f-1' } }, 'd-1')
    const web = createServer((_, response) => response.end('web bytes')).listen(0, '127.0.0.1')
    await once(web, 'listening')
    // A server that listens on a TCP port has an address with one.
    const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/web.txt`
    const part: Part = { kind: 'file', media: { source: 'url', url } }
    await app({ allowPrivateUrls: true }).send(aDelivery(part, 'd-2'), never)
    await expect(send(part, 'd-3')).rejects.toThrow(RejectedError)
    web.close()
    const [kept, fetched, ...more] = api.callsTo('media/upload').map(({ bytes }) => bytes.toString())
    expect(kept).toMatch(/filename="kept.txt"[\s\S]*kept bytes/)
    expect(fetched).toMatch(/filename="web.txt"[\s\S]*web bytes/)
    expect(more).toEqual([])
  })

  test('that the platform forgot are uploaded again, once', async () => {
    const gone = { json: { errcode: 40007, errmsg: 'invalid media_id' } }
    api.script('message/send', gone)
    await send({ kind: 'file', media: inline(png) }, 'd-1')
    expect(sent()).toMatchObject([{ file: { media_id: 'media-2' } }, { file: { media_id: 'media-4' } }])
    api.script('message/send', gone, gone)
    await expect(send({ kind: 'file', media: inline(png) }, 'd-2')).rejects.toThrow(RejectedError)
    expect(api.callsTo('media/upload').length).toBe(4)
  })

  test('that are too large for their kind or not of it go as files', async () => {
    api.script('media/upload', { json: { errcode: 45001, errmsg: 'media size out of limit' } })
    await send({ kind: 'image', media: inline(png) }, 'd-1')
    await send({ kind: 'image', media: inline(Buffer.from('GIF89a picture')) }, 'd-2')
    await send({ kind: 'voice', media: inline(Buffer.from('RIFF sound')) }, 'd-3')
    await send({ kind: 'image', media: inline(Buffer.concat([png, Buffer.alloc(10 * 1024 * 1024)])) }, 'd-4')
    expect(api.callsTo('media/upload').map(({ query }) => query.type)).toEqual([
      'image',
      'file',
      'file',
      'file',
      'file',
    ])
    expect(sent().every((body) => (body as { msgtype: string }).msgtype === 'file')).toBe(true)
  })

  test('of five bytes and of more than 20 MB are refused before a call', async () => {
    for (const bytes of [Buffer.from('12345'), Buffer.alloc(20 * 1024 * 1024 + 1)]) {
      await expect(send({ kind: 'file', media: inline(bytes) })).rejects.toThrow(RejectedError)
    }
    expect(api.calls).toEqual([])
  })

  test('a video has its title', async () => {
    const media = inline(Buffer.from('\0\0\0\x20ftypmp42 film'))
    await send({ kind: 'video', media, title: 'T', description: 'D' })
    expect(sent()[0]).toMatchObject({ msgtype: 'video', video: { media_id: 'media-2', title: 'T', description: 'D' } })
  })

  test('an upload that fails leaves the delivery to be tried again', async () => {
    api.script('media/upload', 'cut')
    await expect(send({ kind: 'file', media: inline(png) })).rejects.toThrow(UnavailableError)
    await send({ kind: 'file', media: inline(png) })
    expect(sent().length).toBe(1)
  })
})

test('a wrong setting shows as down until a message gets through', async () => {
  const channel = app()
  expect(channel.down?.()).toBeUndefined()
  const since = ports.now()
  api.script('message/send', { json: { errcode: 60020, errmsg: 'from ip: 203.0.113.9' } })
  await expect(channel.send(aDelivery(text('x')), never)).rejects.toThrow(SetupError)
  ports.pass(1000)
  expect(channel.down?.()).toMatchObject({ since, why: expect.stringContaining('203.0.113.9') })
  await channel.send(aDelivery(text('x')), never)
  expect(channel.down?.()).toBeUndefined()
})

test('a setting that cannot be right refuses to start', () => {
  for (const wrong of [
    { secret: '' },
    { corpId: '' },
    { token: '' },
    { encodingAesKey: 'x' },
    { agentId: Number.NaN },
  ]) {
    expect(() => app(wrong)).toThrow(SetupError)
  }
})

test('limits of the config replace those of the platform, each by itself', () => {
  const chat = [{ count: 1, windowMs: 1000 }]
  expect(app({ limits: { chat } }).limits).toEqual({ account: [{ count: 9000, windowMs: 60_000 }], chat })
})
