import { expect, test } from 'vitest'
import type { Delivery } from '../../../src/core/delivery/delivery.ts'
import type { Part } from '../../../src/core/message/part.ts'
import { simulatedChatsSchema, simulatedFeedSchema } from '../../../src/core/simulated.ts'
import { aChannel, aDelivery, type Here, soon } from '../../channels/onebot/here.ts'
import { pngBase64 } from '../../fakes/dashboard-seed.ts'
import { type Program, startProgram } from '../program.ts'

const token = 'kestrel-token-1'
const people = ['--group', '20001=产品讨论群:10001=张三,10002=李四', '--friend', '10001=张三']

/** The program, connected to a real channel. */
async function connected(...args: string[]): Promise<{ here: Here; program: Program }> {
  const here = await aChannel({
    groups: {
      default: { answer: ['prefix', 'mention', 'reply'], prefixes: ['#'], keywords: [], words: [], exempt: [] },
    },
  })
  const program = await startProgram(
    'onebot',
    '--connect',
    here.url,
    '--access-token',
    token,
    '--reconnect-ms',
    '20',
    ...people,
    ...args,
  )
  await isHeard(program)
  return { here, program }
}

const isHeard = (program: Program) =>
  expect.poll(async () => (await program.get('/simulator/state')).isHeard, { timeout: 5_000 }).toBe(true)

/** Waits until the channel has heard this many messages. */
const heard = async ({ messages }: Here, count: number) => {
  await expect.poll(() => messages.length, { timeout: 5_000 }).toBe(count)
  return messages.at(-1) ?? expect.fail('nothing was heard')
}

const linesOf = async (program: Program) =>
  simulatedFeedSchema.parse(await program.get('/simulator/feed?after=0')).lines

test('a conversation in a group is led over HTTP, and everybody in it has a name', async () => {
  const { here, program } = await connected()
  expect(simulatedChatsSchema.parse(await program.get('/simulator/chats')).chats).toMatchObject([
    {
      chat: 'g20001',
      chatKind: 'group',
      title: '产品讨论群',
      people: [
        { id: '10001', name: '张三' },
        { id: '10002', name: '李四' },
      ],
    },
    { chat: '10001', chatKind: 'private', title: '张三' },
  ])

  const saying = { id: 'one', chat: 'g20001', person: '10002', text: '#介绍一下北京' }
  const { messageId } = await program.post('/simulator/say', saying)
  expect(await program.post('/simulator/say', saying)).toEqual({ isTaken: true, messageId })
  const { from, sender, text } = await heard(here, 1)
  expect({ from, sender, text }).toMatchObject({
    from: { chat: 'g20001', chatKind: 'group', replyTo: messageId },
    sender: { id: '10002', name: '李四' },
    text: '#介绍一下北京',
  })

  const waiting = program.get(`/simulator/feed?after=${(await linesOf(program)).at(-1)?.seq}&waitMs=20000`)
  const answer: Part = { kind: 'text', text: '北京是首都。', mentions: [{ person: '10002' }] }
  await here.channel.send({ ...aDelivery(answer), to: from }, soon())
  const { lines } = simulatedFeedSchema.parse(await waiting)
  expect(lines).toMatchObject([
    {
      chat: 'g20001',
      from: { kind: 'bot' },
      parts: [
        { kind: 'quote', messageId, text: '李四: #介绍一下北京' },
        { kind: 'mention', person: '10002', name: '李四' },
        { kind: 'text', text: ' ' },
        { kind: 'text', text: '北京是首都。' },
      ],
    },
  ])
  expect((await linesOf(program))[0]).toMatchObject({
    from: { kind: 'person', id: '10002', name: '李四' },
    sayingId: 'one',
  })
})

test('an @ of the bot and a reply to it are heard, other words in a group are not', async () => {
  const { here, program } = await connected()
  const say = (parts: Part[]) => program.post('/simulator/say', { chat: 'g20001', person: '10001', parts })
  await say([{ kind: 'text', text: '大家好' }])
  await say([
    { kind: 'mention', person: program.ready.selfId, name: '回头' },
    { kind: 'text', text: ' help' },
  ])
  const asked = await heard(here, 1)
  expect(asked.text).toBe('help')
  const { platformMessageId } = await here.channel.send({ ...aDelivery('在'), to: asked.from }, soon())
  await say([
    { kind: 'quote', messageId: platformMessageId },
    { kind: 'text', text: '谢谢' },
  ])
  expect((await heard(here, 2)).parts).toMatchObject([
    { kind: 'quote', messageId: platformMessageId },
    { text: '谢谢' },
  ])
})

test('pictures and files go both ways, byte for byte', async () => {
  const { here, program } = await connected()
  const inline = (base64: string) => ({ source: 'inline' as const, base64 })
  const picture: Part = { kind: 'image', name: '图.png', media: inline(pngBase64) }
  await program.post('/simulator/say', { chat: '10001', person: '10001', parts: [picture] })
  const { parts, from } = await heard(here, 1)
  const [shown] = parts
  if (shown?.kind !== 'image' || shown.media.source !== 'platform') return expect.fail('it is no picture')
  const { bytes } =
    (await here.channel.can.media?.download(shown.media.id, soon())) ?? expect.fail('nothing to download by')
  expect(Buffer.from(bytes).toString('base64')).toBe(pngBase64)

  const send = (part: Part) => here.channel.send({ ...aDelivery(part), to: from }, soon())
  await send({ kind: 'image', media: inline(pngBase64) })
  await send({ kind: 'file', name: '周报.csv', media: inline('YSxi') })
  const media = (await linesOf(program)).slice(1).flatMap(({ parts }) => parts)
  expect(media).toMatchObject([
    { kind: 'image', type: 'image/png' },
    { kind: 'file', name: '周报.csv' },
  ])
  const ids = media.map((part) => ('media' in part && part.media.source === 'platform' ? part.media.id : ''))
  const [image, file] = await Promise.all(ids.map((id) => program.get(`/simulator/media?id=${id}`)))
  expect(image).toEqual({ name: 'file.png', type: 'image/png', base64: pngBase64 })
  expect(file.base64).toBe('YSxi')
})

test('a merged forward is one line', async () => {
  const { here, program } = await connected()
  await program.post('/simulator/say', { chat: '10001', person: '10001', text: 'hi' })
  const { from } = await heard(here, 1)
  const part: Delivery['part'] = { kind: 'native', platform: 'onebot', body: { forward: ['一', '二'] } }
  await here.channel.send({ ...aDelivery(part), to: from }, soon())
  expect((await linesOf(program)).at(-1)?.parts).toEqual([part])
})

test('the stream tells the same as the feed, as it comes', async () => {
  const { program } = await connected()
  const response = await fetch(`${program.ready.url}/simulator/stream?after=0`)
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader() ?? expect.fail('no stream')
  await program.post('/simulator/say', { chat: '10001', person: '10001', text: '你好' })
  let told = ''
  while (!told.includes('\n\n')) told += (await reader.read()).value ?? ''
  await reader.cancel()
  expect(JSON.parse(told.replace('data: ', ''))).toEqual((await linesOf(program))[0])
})

test('it connects again after a break, and what nobody would hear is not said', async () => {
  const { here, program } = await connected()
  await program.post('/simulator/disconnect')
  await expect.poll(async () => (await program.get('/simulator/state')).isHeard, { timeout: 5_000 }).toBe(true)
  await program.post('/simulator/say', { chat: '10001', person: '10001', text: 'again' })
  await heard(here, 1)

  await program.post('/simulator/disconnect', { forGood: true })
  await expect.poll(async () => (await program.get('/simulator/state')).isHeard).toBe(false)
  const before = (await linesOf(program)).length
  const saying = { chat: '10001', person: '10001', text: 'lost?' }
  expect(await program.post('/simulator/say', saying)).toEqual({ isTaken: false })
  expect(await linesOf(program)).toHaveLength(before)
  expect(await program.post('/simulator/say', { ...saying, evenIfUnheard: true })).toMatchObject({ isTaken: false })
  expect(await linesOf(program)).toHaveLength(before + 1)
})

test('it goes offline, misbehaves and behaves again', async () => {
  const { here, program } = await connected('--heartbeat-ms', '20')
  const send = () => here.channel.send(aDelivery('hi'), soon())
  await program.post('/simulator/online', { isOnline: false })
  await expect.poll(() => here.channel.down?.(), { timeout: 5_000 }).toBeDefined()
  await program.post('/simulator/online', { isOnline: true })
  await expect.poll(() => here.channel.down?.(), { timeout: 5_000 }).toBeUndefined()
  await program.post('/simulator/misbehave', { action: 'send_private_msg', answer: 1400 })
  await expect(send()).rejects.toThrow('1400')
  await program.post('/simulator/behave')
  expect(await send()).toMatchObject({ platformMessageId: expect.any(String) })
  expect((await program.get('/simulator/calls')).calls.at(-1)).toMatchObject({ action: 'send_private_msg' })
})

test('people of a group speak in turn, so often a second', async () => {
  const { here, program } = await connected()
  const startedAt = performance.now()
  await program.post('/simulator/rate', { chat: 'g20001', text: '#{n}', perSecond: 200, count: 60 })
  await heard(here, 60)
  expect(performance.now() - startedAt).toBeGreaterThan(250)
  expect(here.messages.slice(0, 3).map(({ sender, text }) => [sender.id, text])).toEqual([
    ['10001', '#1'],
    ['10002', '#2'],
    ['10001', '#3'],
  ])
  expect(await program.post('/simulator/quiet')).toEqual({ rate: { done: 60, of: 60 } })
})

test('what is not allowed is said, and it ends when it is told to', async () => {
  const program = await startProgram('onebot', ...people)
  const { status } = program
  expect(program.ready).toMatchObject({ selfId: '3100000001', accessToken: expect.stringMatching(/^[0-9a-f]{32}$/) })
  expect(await status('/simulator/say', { chat: '10001', person: '10001' })).toBe(400)
  expect(await status('/simulator/connect', { url: 'ws://example.com/in/onebot' })).toBe(409)
  expect(await status('/simulator/say', { chat: '10001', person: '10002', text: 'x', evenIfUnheard: true })).toBe(409)
  expect(await status('/simulator/rate', { chat: 'g1', text: 'x', perSecond: 1, count: 1 })).toBe(409)
  expect(await status('/simulator/none', {})).toBe(404)
  const plain = await fetch(`${program.ready.url}/simulator/behave`, { method: 'POST', body: '{}' })
  expect(plain.status).toBe(415)
  expect(await program.stop()).toBe(0)
})
