import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ChatAction } from '../../src/core/message/chat-action.ts'
import type { Part } from '../../src/core/message/part.ts'
import type { Bubble } from '../../src/dashboard/api/console/shapes.ts'
import { type OnebotControl, serveOnebotControl } from '../../src/simulators/onebot/control.ts'
import { type OnebotSimulator, startOnebotSimulator } from '../../src/simulators/onebot/index.ts'
import { startWecomSimulator, type WecomSimulator } from '../../src/simulators/wecom/index.ts'
import { aChannel, aDelivery, soon } from '../channels/onebot/here.ts'
import { pngBase64 } from '../fakes/dashboard-seed.ts'
import { aVisitor, type Visitor } from './visitor.ts'
import { aWorld, type World } from './world.ts'

let base: World
let world: World
let qq: OnebotSimulator
let control: OnebotControl
let wecom: WecomSimulator
let session: { cookie: string; csrf: string }
let visitor: Visitor

beforeAll(async () => {
  qq = await startOnebotSimulator({
    accessToken: 'kestrel-token-1',
    reconnectMs: 20,
    groups: [
      {
        id: '20001',
        name: '产品讨论群',
        botRole: 'admin',
        members: [
          { id: '10001', name: '张三' },
          { id: '10002', name: '李四' },
        ],
      },
    ],
  })
  control = await serveOnebotControl(qq)
  wecom = await startWecomSimulator({ members: [{ userid: 'lisi', name: '李四' }] })
  base = await aWorld()
  world = await base.again({ simulators: { qq: control.url, staff: wecom.url } })
  session = await world.signIn()
  visitor = await aVisitor(world, { cookie: session.cookie, origin: world.url })
  visitor.say({ kind: 'open', channel: 'qq', chat: 'g20001', after: 0 })
})
afterAll(async () => {
  visitor.close()
  await world.close()
  await base.close()
  await control.close()
  await qq.close()
  await wecom.close()
})

let said = 0
/** Says it in the group; resolves to what was answered, or to why not. */
async function say(person: string, parts: Part[]): Promise<string> {
  const id = `said-in-group-${++said}`
  visitor.say({ kind: 'say', id, channel: 'qq', chat: 'g20001', person, parts })
  return visitor.until((frame) => {
    if (frame.kind === 'refused' && frame.id === id) return frame.why
    return frame.kind === 'accepted' && frame.id === id ? 'accepted' : undefined
  })
}

/** The first bubble that fits. */
const bubble = (isIt: (bubble: Bubble) => boolean) =>
  visitor.until((frame) => (frame.kind === 'bubble' && isIt(frame.bubble) ? frame.bubble : undefined))

async function upload(): Promise<string> {
  const { body } = await world.call('/api/files', {
    method: 'POST',
    body: Buffer.from(pngBase64, 'base64'),
    headers: { cookie: session.cookie, 'x-huitou-csrf': session.csrf, 'content-type': 'image/png' },
  })
  return body.fileId
}

test('what is said while the bot is not connected is refused in words, and not said', async () => {
  expect(await say('10001', [{ kind: 'text', text: '有人吗' }])).toContain('没有连上')
  expect(await say('10009', [{ kind: 'text', text: '我不在群里' }])).toContain('没有这个会话')
  expect(visitor.frames.filter(({ kind }) => kind === 'bubble')).toEqual([])
})

test('a group is played: several members, an @, a reply, and what the bot says to whom', async () => {
  const here = await aChannel()
  qq.connectTo(here.url)
  await qq.connected()
  const { body } = await world.callAs('/api/console/chats')
  expect(body.chats.find(({ channel }: { channel: string }) => channel === 'qq')).toMatchObject({
    chat: 'g20001',
    chatKind: 'group',
    people: [{ name: '张三' }, { name: '李四' }],
    simulated: { platform: 'qq', bot: { id: qq.selfId }, takes: expect.arrayContaining(['mention', 'quote']) },
  })

  const mention: Part = { kind: 'mention', person: qq.selfId, name: '回头' }
  expect(await say('10002', [mention, { kind: 'text', text: ' 介绍一下北京' }])).toBe('accepted')
  const asked = await bubble(({ from }) => from.kind === 'person')
  expect(asked).toMatchObject({
    id: expect.stringMatching(/^qq-\d+-said-in-group-\d+$/),
    from: { id: '10002', name: '李四' },
    parts: [mention, { text: ' 介绍一下北京' }],
  })
  await expect
    .poll(() => here.messages.at(-1))
    .toMatchObject({ text: '介绍一下北京', from: { replyTo: asked.messageId } })

  const to = here.messages.at(-1)?.from
  await here.channel.send({ ...aDelivery('北京是首都。'), to: to ?? expect.fail('no address') }, soon())
  const answer = await bubble(({ from }) => from.kind === 'bot')
  expect(answer.parts).toEqual([
    { kind: 'quote', messageId: asked.messageId, text: '李四: @回头 介绍一下北京' },
    { kind: 'text', text: '北京是首都。' },
  ])

  await say('10001', [
    { kind: 'quote', messageId: answer.messageId },
    { kind: 'text', text: '还有呢' },
  ])
  await expect
    .poll(() => here.messages.at(-1)?.parts)
    .toMatchObject([{ kind: 'quote', messageId: answer.messageId }, { text: '还有呢' }])
  const reply = await bubble(({ from }) => from.kind === 'person' && from.id === '10001')
  expect(reply.parts[0]).toEqual({ kind: 'quote', messageId: answer.messageId, text: '回头: 北京是首都。' })
})

test('a picture that was uploaded goes out, and is read back through our own server', async () => {
  const here = await aChannel()
  qq.disconnect()
  qq.connectTo(here.url)
  await expect.poll(() => here.channel.down()).toBeUndefined()
  const fileId = await upload()
  expect(await say('10001', [{ kind: 'image', media: { source: 'kept', fileId } }])).toBe('accepted')
  const { parts } = await bubble(({ parts: [part] }) => part?.kind === 'image')
  const [part] = parts
  if (part?.kind !== 'image' || part.media.source !== 'url') return expect.fail('no address of a picture')
  const { url } = part.media
  expect(url).toMatch(/^\/api\/console\/media\/qq\//)
  const got = await fetch(world.url + url, { headers: { cookie: session.cookie } })
  expect(got.headers.get('content-security-policy')).toContain('sandbox')
  expect(digest(Buffer.from(await got.arrayBuffer()))).toBe(digest(Buffer.from(pngBase64, 'base64')))
  expect((await world.call(url)).status).toBe(401)
  expect((await world.callAs('/api/console/media/qq/none')).status).toBe(404)
  expect((await world.callAs('/api/console/media/none/none')).status).toBe(404)

  const [shown] = here.messages.at(-1)?.parts ?? []
  if (shown?.kind !== 'image' || shown.media.source !== 'platform') return expect.fail('no picture came')
  const { bytes } =
    (await here.channel.can.media?.download(shown.media.id, soon())) ?? expect.fail('nothing to download by')
  expect(digest(bytes)).toBe(digest(Buffer.from(pngBase64, 'base64')))
})

test('what the bot does in the group is told there, as QQ tells it', async () => {
  const here = await aChannel()
  qq.disconnect()
  qq.connectTo(here.url)
  await expect.poll(() => here.channel.down()).toBeUndefined()
  const at = { channel: 'qq', chat: 'g20001', chatKind: 'group' as const }
  const messageId = await bubble(({ from }) => from.kind === 'person').then((said) => said.messageId ?? '')
  const actions: ChatAction[] = [
    { kind: 'mute', person: '10002', forMs: 90 * 60_000 },
    { kind: 'mute', person: '10002', forMs: 0 },
    { kind: 'mute-all', isMuted: true },
    { kind: 'mute-all', isMuted: false },
    { kind: 'set-card', person: '10002', card: '值班' },
    { kind: 'set-title', person: '10002', title: '群宝' },
    { kind: 'recall', messageId },
    { kind: 'kick', person: '10002' },
  ]
  await here.channel.can.actions?.act({ kind: 'mute', person: '10002', forMs: 60_000 }, at, soon())
  expect(await say('10002', [{ kind: 'text', text: '我说不了话' }])).toContain('被禁言')
  for (const action of actions) await here.channel.can.actions?.act(action, at, soon())
  qq.mute('20001', 60, '10001')
  await bubble(({ parts: [part] }) => part?.kind === 'text' && part.text.startsWith('张三 被'))
  const told = visitor.frames.flatMap((frame) =>
    frame.kind === 'bubble' && frame.bubble.from.kind === 'notice' ? frame.bubble.parts : [],
  )
  expect(told.map((part) => part.kind === 'text' && part.text)).toEqual([
    '李四 被 回头 禁言 1 分钟',
    '李四 被 回头 禁言 1 小时 30 分钟',
    '李四 被 回头 解除禁言',
    '回头 开启了全员禁言',
    '回头 关闭了全员禁言',
    '回头 把 李四 的群名片改为“值班”',
    '回头 授予 李四 头衔“群宝”',
    '回头 撤回了 李四 的一条消息',
    '李四 被 回头 移出了本群',
    '张三 被 群主 禁言 1 分钟',
  ])
  expect(await say('10002', [{ kind: 'text', text: '我不在群里了' }])).toContain('没有这个会话')
  qq.mute('20001', 0, '10001')
})

test('a picture goes to a simulated WeCom as well', async () => {
  wecom.setCallback(control.url)
  const parts: Part[] = [{ kind: 'image', media: { source: 'kept', fileId: await upload() } }]
  visitor.say({ kind: 'open', channel: 'staff', chat: 'lisi', after: 0 })
  visitor.say({ kind: 'say', id: 'said-to-wecom', channel: 'staff', chat: 'lisi', person: 'lisi', parts })
  const shown = await visitor.until((frame) =>
    frame.kind === 'bubble' && frame.channel === 'staff' ? frame.bubble : undefined,
  )
  const [part] = shown.parts
  if (part?.kind !== 'image' || part.media.source !== 'url') return expect.fail('no address of a picture')
  const got = await world.callAs(part.media.url)
  expect(got.headers.get('content-type')).toBe('image/png')
  // Nobody here acknowledges it.
  expect(await visitor.until((frame) => (frame.kind === 'refused' ? frame.why : undefined))).toBeDefined()
})

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
