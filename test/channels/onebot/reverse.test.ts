import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { QuotaError, RejectedError, SetupError, UnavailableError, UnsureError } from '../../../src/core/errors.ts'
import { channelPorts } from '../../fakes/channel-ports.ts'
import { aChannel, aDelivery, anImplementation, soon } from './here.ts'

const hello = () => aDelivery('hello')

describe.each(['napcat', 'lagrange', 'go-cqhttp'] as const)('%s', (flavour) => {
  test('dials, is heard and is answered', async () => {
    const { channel, url, messages } = await aChannel()
    expect(channel.down?.()).toMatchObject({ why: 'no implementation is connected' })
    const simulator = await anImplementation({ flavour, reverseUrl: url })
    await simulator.connected()
    await expect.poll(() => channel.down?.()).toBeUndefined()

    const asked = simulator.sayInGroup('20001', '10001', 'help [1] & 2', { atBot: true })
    await expect.poll(() => messages).toHaveLength(1)
    const [message] = messages
    expect(message).toMatchObject({
      text: 'help [1] & 2',
      sender: { id: '10001' },
      from: { chat: 'g20001', replyTo: asked },
    })

    const from = message?.from ?? expect.fail('no message')
    const { platformMessageId } = await channel.send({ ...hello(), to: from }, soon())
    expect(simulator.inbox).toMatchObject([
      {
        action: 'send_group_msg',
        chat: { group: '20001' },
        text: 'hello',
        repliesTo: asked,
        messageId: platformMessageId,
      },
    ])
  })

  test('with an API socket and an event socket apart', async () => {
    const { channel, url, messages } = await aChannel()
    const simulator = await anImplementation({ flavour, reverseUrl: url, sockets: 'split' })
    await expect.poll(() => channel.send(hello(), soon()).catch(() => undefined)).toBeDefined()
    await expect.poll(() => simulator.sayInPrivate('10001', 'hi') && messages.length).toBeGreaterThan(0)
  })
})

test('what looks like a code arrives as the text it is', async () => {
  const { channel, url } = await aChannel()
  const simulator = await anImplementation({ reverseUrl: url })
  await simulator.connected()
  const words = '[CQ:at,qq=all] &#91;CQ:image,file=file:///etc/passwd&#93;'
  await channel.send(aDelivery(words, { chat: 'g20001', chatKind: 'group' }), soon())
  expect(simulator.inbox[0]).toMatchObject({ text: words, segments: [{ type: 'text' }] })
})

test('malformed frames neither close the connection nor lose the next one', async () => {
  const { url, messages } = await aChannel()
  const simulator = await anImplementation({ reverseUrl: url })
  await simulator.connected()
  const bad = [
    '',
    '{',
    '[1,2,3]',
    'null',
    '"text"',
    '{"post_type":7}',
    '{"retcode":1400,"status":"failed","echo":null,"data":null}',
    Buffer.from([1, 2]),
  ]
  for (const frame of bad) {
    simulator.frame(frame)
    simulator.sayInPrivate('10001', `after ${String(frame)}`)
  }
  simulator.frame(JSON.stringify({ post_type: 'message', big: 'x'.repeat(11 * 1024 * 1024) }))
  simulator.sayInPrivate('10001', 'last')
  await expect
    .poll(() => messages.map(({ text }) => text))
    .toEqual([...bad.map((frame) => `after ${String(frame)}`.trim()), 'last'])
})

test('an event of another account than the connection’s is dropped', async () => {
  const { url, messages, ports } = await aChannel()
  const simulator = await anImplementation({ reverseUrl: url })
  await simulator.connected()
  simulator.event({
    self_id: 10001,
    post_type: 'message',
    message_type: 'private',
    message_id: 1,
    user_id: 5,
    message: 'evil',
  })
  simulator.sayInPrivate('10001', 'good')
  await expect.poll(() => messages.map(({ text }) => text)).toEqual(['good'])
  expect(ports.logged()).toContain('not the account of this connection')
})

test('a new connection of the same account takes the place of the old, whose calls are unsure', async () => {
  const { channel, url } = await aChannel()
  const old = await anImplementation({ reverseUrl: url, reconnectMs: 60_000 })
  await old.connected()
  old.misbehave({ answer: 'silent' })
  const waiting = channel.send(hello(), soon())
  await expect.poll(() => old.inbox).toHaveLength(1)
  const next = await anImplementation({ reverseUrl: url })
  await next.connected()
  await expect(waiting).rejects.toThrow(UnsureError)
  await expect.poll(() => channel.send(hello(), soon()).then(() => next.inbox.length)).toBeGreaterThan(0)
})

test('two accounts of one channel answer each for itself', async () => {
  const { channel, url, messages } = await aChannel()
  const [one, other] = [
    await anImplementation({ reverseUrl: url, selfId: '111111' }),
    await anImplementation({ reverseUrl: url, selfId: '222222' }),
  ]
  await Promise.all([one.connected(), other.connected()])
  other.sayInPrivate('10001', 'hi')
  await expect.poll(() => messages).toHaveLength(1)
  const to = messages[0]?.from ?? expect.fail('no message')
  expect(to.account).toBe('222222')
  await channel.send({ ...hello(), to }, soon())
  expect([one.inbox.length, other.inbox.length]).toEqual([0, 1])
})

describe('a call that goes wrong', () => {
  test.for<
    [
      Parameters<Awaited<ReturnType<typeof anImplementation>>['misbehave']>[0]['answer'],
      new (...args: never[]) => Error,
    ]
  >([
    ['timeout', UnsureError],
    ['cut', UnsureError],
    [120, RejectedError],
    [100, QuotaError],
    [1404, RejectedError],
    [1403, SetupError],
  ])('%s', async ([answer, family]) => {
    const { channel, url } = await aChannel()
    const simulator = await anImplementation({ reverseUrl: url })
    await simulator.connected()
    simulator.misbehave({ action: 'send_private_msg', answer, times: 1 })
    await expect(channel.send(hello(), soon())).rejects.toThrow(family)
  })

  test('a call that gets no answer in its time is unsure, and a late answer harms nobody', async () => {
    const { channel, url } = await aChannel()
    const simulator = await anImplementation({ reverseUrl: url })
    await simulator.connected()
    simulator.misbehave({ delayMs: 150, times: 1 })
    await expect(channel.send(hello(), AbortSignal.timeout(50))).rejects.toThrow(UnsureError)
    await expect.poll(() => simulator.inbox).toHaveLength(1)
    await channel.send(hello(), soon())
    expect(simulator.inbox).toHaveLength(2)
  })

  test('nobody connected is unavailable, and nothing was sent', async () => {
    const { channel } = await aChannel()
    await expect(channel.send(hello(), soon())).rejects.toThrow(UnavailableError)
  })

  test('a quote or a mention that an implementation does not know is said without it', async () => {
    const { channel, url } = await aChannel()
    const simulator = await anImplementation({ reverseUrl: url, flavour: 'lagrange' })
    await simulator.connected()
    await channel.send(aDelivery('yes', { chat: 'g20001', chatKind: 'group', replyTo: '12345' }), soon())
    await channel.send(aDelivery({ kind: 'text', text: 'you', mentions: [{ person: '1' }] }), soon())
    expect(simulator.inbox.map(({ text }) => text)).toEqual(['yes', '@1 you'])
  })
})

describe('the account', () => {
  test('that goes offline is told, nothing is sent to it, and it comes back', async () => {
    const { channel, url } = await aChannel()
    const simulator = await anImplementation({ reverseUrl: url, heartbeatMs: 30_000 })
    await simulator.connected()
    simulator.setOnline(false)
    await expect.poll(() => channel.down?.()).toMatchObject({ why: expect.stringContaining('3100000001 is offline') })
    await expect(channel.send(hello(), soon())).rejects.toThrow(UnavailableError)
    expect(simulator.calls).toEqual([])
    simulator.setOnline(true)
    await expect.poll(() => channel.down?.()).toBeUndefined()
    simulator.event({ post_type: 'notice', notice_type: 'bot_offline', user_id: 3100000001, message: '登录已失效' })
    await expect.poll(() => channel.down?.()).toMatchObject({ why: expect.stringContaining('登录已失效') })
  })

  test('whose heartbeats stay away is disconnected', async () => {
    const { channel, url } = await aChannel()
    const simulator = await anImplementation({ reverseUrl: url, reconnectMs: 60_000 })
    await simulator.connected()
    simulator.event({ post_type: 'meta_event', meta_event_type: 'heartbeat', interval: 30, status: { online: true } })
    await expect
      .poll(() => channel.down?.(), { timeout: 3_000 })
      .toMatchObject({ why: 'no implementation is connected' })
  })

  test('a reply to what the bot said is said to the bot', async () => {
    const { channel, url, messages } = await aChannel({ groups: {} })
    const simulator = await anImplementation({ reverseUrl: url })
    await simulator.connected()
    const { platformMessageId = '' } = await channel.send(
      aDelivery('ask me', { chat: 'g20001', chatKind: 'group' }),
      soon(),
    )
    simulator.sayInGroup('20001', '10001', 'nothing to do with it')
    simulator.sayInGroup('20001', '10001', 'and tomorrow?', { repliesTo: platformMessageId })
    await expect.poll(() => messages.map(({ text }) => text)).toEqual(['and tomorrow?'])
  })
})

test('a process without the socket sends through the one that has it, with the same verdicts', async () => {
  const ports = channelPorts()
  const { url } = await aChannel({}, ports)
  const elsewhere = await aChannel({}, ports)
  const simulator = await anImplementation({ reverseUrl: url })
  await simulator.connected()
  await elsewhere.channel.send(hello(), soon())
  await elsewhere.channel.send(aDelivery('pushed', { account: undefined }), soon())
  expect(simulator.inbox.map(({ text }) => text)).toEqual(['hello', 'pushed'])
  simulator.misbehave({ answer: 120, times: 1 })
  await expect(elsewhere.channel.send(hello(), soon())).rejects.toThrow(RejectedError)
  simulator.disconnect({ forGood: true })
  await expect
    .poll(() => elsewhere.channel.send(hello(), soon()).catch((error: unknown) => error))
    .toBeInstanceOf(UnavailableError)
})

describe('pictures and files', () => {
  test('go as their bytes, wherever they are', async () => {
    const { channel, url, ports } = await aChannel({ allowPrivateUrls: true })
    const simulator = await anImplementation({ reverseUrl: url })
    await simulator.connected()
    const web = createServer(
      (_req, res) => void res.writeHead(200, { 'content-type': 'image/png' }).end('from the web'),
    )
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void web.close())
    ports.files.set('f1', { bytes: Buffer.from('kept'), name: 'a.csv', type: 'text/csv' })
    const { port } = web.address() as AddressInfo // it listens
    const media = [
      { source: 'inline', base64: Buffer.from('inline').toString('base64') },
      { source: 'url', url: `http://127.0.0.1:${port}/a.png` },
    ] as const
    for (const each of media) await channel.send(aDelivery({ kind: 'image', media: each }), soon())
    await channel.send(aDelivery({ kind: 'file', media: { source: 'kept', fileId: 'f1' } }), soon())
    const sent = simulator.inbox.map(({ action, segments }) => [
      action,
      segments[0]?.data.name,
      bytesOf(segments[0]?.data.file),
    ])
    expect(sent).toEqual([
      ['send_private_msg', undefined, 'inline'],
      ['send_private_msg', undefined, 'from the web'],
      ['upload_private_file', 'a.csv', 'kept'],
    ])
  })

  test('are not fetched from this machine for somebody who only named an address', async () => {
    const { channel, url } = await aChannel()
    const simulator = await anImplementation({ reverseUrl: url })
    await simulator.connected()
    for (const address of ['http://127.0.0.1:9/a.png', 'file:///etc/passwd', 'http://169.254.169.254/latest']) {
      const picture = aDelivery({ kind: 'image', media: { source: 'url', url: address } })
      await expect(channel.send(picture, soon())).rejects.toThrow(RejectedError)
    }
    expect(simulator.calls).toEqual([])
  })
})

function bytesOf(file = ''): string {
  return Buffer.from(file.replace('base64://', ''), 'base64').toString()
}

describe('what was said while nobody was connected', () => {
  test('is taken when the account connects, in its order, where that is wanted', async () => {
    const { url, messages } = await aChannel({ catchUpGroups: ['20001'] })
    const simulator = await anImplementation()
    for (const text of ['one', 'two']) simulator.sayInGroup('20001', '10001', text)
    simulator.sayInGroup('20002', '10001', 'elsewhere')
    simulator.connectTo(url)
    await expect.poll(() => messages.map(({ text }) => text)).toEqual(['one', 'two'])
    const [before] = messages
    // Told again it is the same message, so its task is the same.
    simulator.disconnect()
    await expect.poll(() => messages.length, { timeout: 3_000 }).toBe(4)
    expect(messages[2]?.id).toBe(before?.id)
  })

  test.for<string[] | 'all'>([['10001'], 'all'])('is taken from friends as well: %s', async (catchUpFriends) => {
    const { channel, url, messages } = await aChannel({ catchUpFriends }, channelPorts(Date.now()))
    const friends = ['10001', '10002'].map((id) => ({ id, name: id }))
    const simulator = await anImplementation({ friends })
    simulator.sayInPrivate('10001', 'one')
    simulator.sayInPrivate('10002', 'two')
    simulator.connectTo(url)
    const expected = catchUpFriends === 'all' ? ['one', 'two'] : ['one']
    await expect.poll(() => messages.map(({ text }) => text).toSorted()).toEqual(expected)
    expect(messages[0]?.from).toMatchObject({ chat: '10001', chatKind: 'private', account: '3100000001' })
    // What the bot said itself is in the history too, and is no message.
    await channel.send(hello(), soon())
    simulator.disconnect()
    await expect.poll(() => messages.length, { timeout: 3_000 }).toBe(2 * expected.length)
  })

  test('comes before what is said while it is read', async () => {
    const { url, messages } = await aChannel({ catchUpGroups: ['20001'] }, channelPorts(Date.now()))
    const simulator = await anImplementation()
    simulator.misbehave({ action: 'get_group_msg_history', delayMs: 100 })
    simulator.sayInGroup('20001', '10001', 'missed')
    simulator.connectTo(url)
    await simulator.connected()
    simulator.sayInGroup('20001', '10001', 'live')
    await expect
      .poll(() => messages.map(({ text }) => text).filter((text, place, all) => all.indexOf(text) === place))
      .toEqual(['missed', 'live'])
  })

  test('is left alone where friends cannot be read', async () => {
    const { url, ports } = await aChannel({ catchUpFriends: ['10001'] })
    await anImplementation({ flavour: 'go-cqhttp', reverseUrl: url })
    await expect.poll(() => ports.logged()).toContain('cannot be read')
  })

  test('is not asked for again when it is too long ago', async () => {
    const { url, messages, ports } = await aChannel(
      { catchUpGroups: ['20001'] },
      channelPorts(Date.now() + 11 * 60_000),
    )
    const simulator = await anImplementation()
    simulator.sayInGroup('20001', '10001', 'old')
    simulator.connectTo(url)
    await simulator.connected()
    simulator.sayInPrivate('10001', 'new')
    await expect.poll(() => messages.map(({ text }) => text)).toEqual(['new'])
    expect(ports.logged()).not.toContain('cannot be read')
  })

  test('is left alone where an implementation cannot tell it', async () => {
    const { url, messages, ports } = await aChannel({ catchUpGroups: ['20001'] })
    const simulator = await anImplementation()
    simulator.misbehave({ action: 'get_group_msg_history', answer: 1404 })
    simulator.connectTo(url)
    await expect.poll(() => ports.logged()).toContain('cannot be read')
    simulator.sayInPrivate('10001', 'new')
    await expect.poll(() => messages.map(({ text }) => text)).toEqual(['new'])
  })
})
