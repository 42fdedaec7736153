import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWecomSimulator, type WecomSimulator } from '../../src/simulators/wecom/index.ts'
import { aVisitor, type Visitor } from './visitor.ts'
import { aWorld, type World } from './world.ts'

let base: World
let world: World
let simulator: WecomSimulator
let callback: Server
let callbackStatus = 200
let visitor: Visitor

beforeAll(async () => {
  callback = createServer((request, response) =>
    request.resume().on('end', () => response.writeHead(callbackStatus).end()),
  )
  await new Promise<void>((resolve) => callback.listen(0, '127.0.0.1', resolve))
  // Listening on a port, its address is an object.
  const { port } = callback.address() as AddressInfo
  simulator = await startWecomSimulator({
    callbackUrl: `http://127.0.0.1:${port}/in/staff`,
    members: [
      { userid: 'ZhangSan', name: '张三' },
      { userid: 'LiSi', name: '李四' },
    ],
    redeliveries: 0,
  })
  base = await aWorld()
  world = await base.again({ simulators: { staff: simulator.url, gone: 'http://127.0.0.1:1' } })
  const { cookie } = await world.signIn()
  visitor = await aVisitor(world, { cookie, origin: world.url })
  visitor.say({ kind: 'open', channel: 'staff', chat: 'ZhangSan', after: 0 })
})
afterAll(async () => {
  visitor.close()
  await world.close()
  await base.close()
  await simulator.close()
  await new Promise((resolve) => callback.close(resolve))
})

const saying = (id: string, text: string, channel = 'staff') => ({
  kind: 'say' as const,
  id,
  channel,
  chat: 'ZhangSan',
  person: 'ZhangSan',
  parts: [{ kind: 'text' as const, text }],
})

async function send(touser: string, body: Record<string, unknown>): Promise<void> {
  const { corpId, secret, agentId } = simulator.credentials
  const got = await fetch(`${simulator.url}/cgi-bin/gettoken?corpid=${corpId}&corpsecret=${secret}`)
  const { access_token } = await got.json()
  const url = `${simulator.url}/cgi-bin/message/send?access_token=${access_token}`
  const sent = await fetch(url, { method: 'POST', body: JSON.stringify({ touser, agentid: agentId, ...body }) })
  expect(await sent.json()).toMatchObject({ errcode: 0 })
}

test('each member of a simulated platform is a chat; a simulator that is away has none', async () => {
  const { body } = await world.callAs('/api/console/chats')
  expect(body.chats.filter(({ channel }: { channel: string }) => channel !== 'console')).toEqual([
    {
      channel: 'staff',
      chat: 'ZhangSan',
      chatKind: 'private',
      title: '张三',
      people: [{ id: 'ZhangSan', name: '张三' }],
      simulated: {
        platform: 'wecom-app',
        platformTitle: { zh: '企业微信', en: 'WeCom' },
        bot: { id: 'app', name: '回头' },
        takes: ['text', 'image', 'voice', 'video', 'file'],
      },
    },
    expect.objectContaining({ title: '李四' }),
  ])
})

test('what is said there goes through the callback, once, and shows as its own bubble', async () => {
  const said = saying('saying-sim-1', 'demo echo 你好')
  visitor.say(said)
  visitor.say(said)
  await visitor.until((frame) => (frame.kind === 'accepted' && frame.id === said.id ? true : undefined))
  const bubble = await visitor.bubble('demo echo 你好')
  expect(bubble.id).toMatch(/^staff-\d+-saying-sim-1$/)
  expect(bubble.from).toEqual({ kind: 'person', id: 'ZhangSan', name: '张三' })
})

test('what the bot answers there shows to those who look at that member', async () => {
  await send('LiSi', { msgtype: 'text', text: { content: 'not for 张三' } })
  await send('zhangsan', { msgtype: 'text', text: { content: '你好' } })
  expect(await visitor.bubble('你好')).toMatchObject({ from: { kind: 'bot' } })
  const card = { title: '周报', description: '已完成', url: 'https://example.com/' }
  await send('ZhangSan', { msgtype: 'textcard', textcard: card })
  const parts = await visitor.until((frame) =>
    frame.kind === 'bubble' && frame.bubble.parts[0]?.kind === 'link' ? frame.bubble.parts : undefined,
  )
  expect(parts).toEqual([{ kind: 'link', ...card }])
  const late = await aVisitor(world, { cookie: (await world.signIn()).cookie, origin: world.url })
  late.say({ kind: 'open', channel: 'staff', chat: 'ZhangSan', after: 0 })
  await late.until((frame) => (frame.kind === 'bubble' && frame.bubble.parts[0]?.kind === 'link' ? true : undefined))
  expect(late.frames).toHaveLength(3)
  late.close()
})

test('what was not acknowledged, cannot be said there, or has no simulator is refused in words', async () => {
  const why = (id: string) =>
    visitor.until((frame) => (frame.kind === 'refused' && frame.id === id ? frame.why : undefined))
  callbackStatus = 503
  visitor.say(saying('saying-sim-503', 'lost?'))
  expect(await why('saying-sim-503')).toContain('503')
  callbackStatus = 200
  visitor.say({
    ...saying('saying-sim-img', ''),
    parts: [{ kind: 'image', media: { source: 'url', url: 'https://example.com/a.png' } }],
  })
  expect(await why('saying-sim-img')).toContain('不能这样说')
  visitor.say({ ...saying('saying-sim-at', ''), parts: [{ kind: 'mention', person: 'LiSi' }] })
  expect(await why('saying-sim-at')).toContain('不能这样说')
  visitor.say({
    ...saying('saying-sim-old', ''),
    parts: [{ kind: 'file', media: { source: 'kept', fileId: 'long-gone' } }],
  })
  expect(await why('saying-sim-old')).toContain('保留期')
  visitor.say(saying('saying-gone', 'hello?', 'gone'))
  expect(await why('saying-gone')).toContain('模拟器没有响应')
})
