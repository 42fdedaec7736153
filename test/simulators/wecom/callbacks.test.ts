import { afterEach, expect, test } from 'vitest'
import { UsageError } from '../../../src/core/errors.ts'
import { startWecomSimulator, type WecomSimulatorOptions } from '../../../src/simulators/wecom/index.ts'
import { type App, startApp } from './app.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

async function start(options: WecomSimulatorOptions = {}) {
  const wecom = await startWecomSimulator({ redeliverAfterMs: 1, ...options })
  const app = await startApp(wecom.credentials)
  open.push(wecom, app)
  wecom.setCallback(app.url)
  return { wecom, app }
}

const fieldsOf = (app: App, name: string) => app.received.map(({ fields }) => fields[name])
const nonces = (app: App) => app.received.map(({ query }) => query.get('nonce'))

test('a text reaches the app signed and encrypted', async () => {
  const { wecom, app } = await start()
  const text = '查一下 <b>今天</b> ]]> 的报表📈\n第二行'
  const delivered = await wecom.say('zhang.san', text)
  expect(delivered).toMatchObject({ status: 200, attempts: 1, answers: [200] })
  expect(delivered.reply).toBeUndefined()
  expect(app.received[0]?.fields).toMatchObject({
    ToUserName: wecom.credentials.corpId,
    FromUserName: 'zhang.san',
    MsgType: 'text',
    Content: text,
    MsgId: delivered.msgId,
    AgentID: `${wecom.credentials.agentId}`,
  })
  expect(BigInt(delivered.msgId)).toBeGreaterThan(2n ** 53n)
})

test('the URL is verified by its echo', async () => {
  const { wecom, app } = await start()
  app.behaves((received, response) => response.end(received.body))
  expect(await wecom.verifyUrl()).toMatchObject({ ok: true, status: 200 })
  app.behaves((received, response) => response.end(`"${received.body}"`))
  expect(await wecom.verifyUrl()).toMatchObject({ ok: false, status: 200 })
})

test('a URL that takes longer than a second is not verified', async () => {
  const { wecom, app } = await start()
  app.behaves(() => undefined)
  expect(await wecom.verifyUrl()).toEqual({ ok: false, status: 0, body: '' })
})

test('a callback that is not acknowledged comes again with the same MsgId, in the same bytes and sealed anew by turns', async () => {
  const { wecom, app } = await start({ timeoutMs: 40 })
  app.behaves(() => undefined)
  const delivered = await wecom.say('lisi', 'hello')
  expect(delivered).toMatchObject({ status: 0, attempts: 4, answers: ['timeout', 'timeout', 'timeout', 'timeout'] })
  expect(delivered.ackMs).toBeGreaterThan(30)
  expect(new Set(fieldsOf(app, 'MsgId')).size).toBe(1)
  const [first, second, third, fourth] = nonces(app)
  expect([second, fourth]).toEqual([first, first])
  expect(third).not.toBe(first)
  expect(app.received[1]?.body).toBe(app.received[0]?.body)
  expect(app.received[2]?.body).not.toBe(app.received[0]?.body)
})

test('redeliveries end with the first acknowledgement', async () => {
  const { wecom, app } = await start()
  app.behaves((_received, response, request) => {
    if (app.received.length === 1) request.socket.destroy()
    else response.writeHead(app.received.length === 2 ? 503 : 200).end()
  })
  expect(await wecom.say('lisi', 'hello')).toMatchObject({ status: 200, attempts: 3, answers: ['cut', 503, 200] })
})

test('a status other than 200 is final when the platform is set so', async () => {
  const { wecom, app } = await start({ redeliverOnStatus: false })
  app.behaves((_received, response) => response.writeHead(503).end())
  expect(await wecom.say('lisi', 'hello')).toMatchObject({ status: 503, attempts: 1 })
})

test('nobody listening is a cut', async () => {
  const { wecom, app } = await start({ redeliveries: 1 })
  await app.close()
  expect(await wecom.say('lisi', 'hello')).toMatchObject({ status: 0, answers: ['cut', 'cut'] })
})

test('a passive reply is shown to the member', async () => {
  const { wecom, app } = await start()
  app.behaves((received, response) =>
    response.end(app.reply({ ToUserName: String(received.fields.FromUserName), MsgType: 'text', Content: '已收到' })),
  )
  const { reply, msgId } = await wecom.say('lisi', 'hello')
  expect(reply).toMatchObject({ msgType: 'text', content: '已收到' })
  expect(reply?.raw).toContain('<Content><![CDATA[已收到]]></Content>')
  expect(wecom.inboxOf('LiSi')).toMatchObject([
    { text: '已收到', via: 'passive', msgid: msgId, content: { content: '已收到' } },
  ])
})

test('a passive reply that comes too late is shown to nobody', async () => {
  const { wecom, app } = await start({ timeoutMs: 30, redeliveries: 0 })
  const late = new Promise<void>((resolve) => {
    app.behaves((_received, response) => {
      response.once('close', () => {
        response.end(app.reply({ ToUserName: 'lisi', MsgType: 'text', Content: 'late' }))
        resolve()
      })
    })
  })
  expect(await wecom.say('lisi', 'hello')).toMatchObject({ status: 0, answers: ['timeout'] })
  await late
  expect(wecom.inbox).toEqual([])
})

test('a long passive text is cut at 2048 bytes', async () => {
  const { wecom, app } = await start()
  app.behaves((_received, response) =>
    response.end(app.reply({ ToUserName: 'lisi', MsgType: 'text', Content: '中'.repeat(700) })),
  )
  await wecom.say('lisi', 'hello')
  expect(wecom.inbox).toMatchObject([{ truncated: true, text: '中'.repeat(682) }])
})

test.each([
  ['another receiveid', (app: App) => app.reply({ ToUserName: 'lisi', MsgType: 'text', Content: 'x' }, 'ww0')],
  ['another member', (app: App) => app.reply({ ToUserName: 'zhangsan', MsgType: 'text', Content: 'x' })],
  ['another type', (app: App) => app.reply({ ToUserName: 'lisi', MsgType: 'markdown', Content: 'x' })],
  [
    'a wrong signature',
    (app: App) => app.reply({ ToUserName: 'lisi', MsgType: 'text' }).replace('<TimeStamp>1', '<TimeStamp>3'),
  ],
])('a reply with %s is thrown away', async (_name, body) => {
  const { wecom, app } = await start()
  app.behaves((_received, response) => response.end(body(app)))
  const delivered = await wecom.say('lisi', 'hello')
  expect(delivered).toMatchObject({ status: 200, attempts: 1, badReply: expect.any(String) })
  expect(wecom.inbox).toEqual([])
})

test('news as a passive reply have their articles', async () => {
  const { wecom, app } = await start()
  const item = [{ Title: '一', Description: 'd', PicUrl: 'p', Url: 'u' }]
  app.behaves((_received, response) =>
    response.end(app.reply({ ToUserName: 'lisi', MsgType: 'news', ArticleCount: 1, Articles: { item } })),
  )
  await wecom.say('lisi', 'hello')
  expect(wecom.inbox).toMatchObject([
    { msgtype: 'news', text: '一', content: { articles: [{ title: '一', description: 'd', picurl: 'p', url: 'u' }] } },
  ])
})

const MESSAGES = ['text', 'image', 'voice', 'video', 'file', 'location', 'link']
test.each(MESSAGES)('a %s message has a MsgId', async (kind) => {
  const { wecom, app } = await start()
  const { msgId } = await wecom.callback(kind, { from: 'lisi' })
  expect(app.received[0]?.fields).toMatchObject({ MsgType: kind, FromUserName: 'lisi', MsgId: msgId })
})

const EVENTS = ['subscribe', 'enter_agent', 'LOCATION', 'click', 'scancode_waitmsg', 'pic_sysphoto', 'location_select']
test.each([...EVENTS, 'template_card_event', 'some_future_event'])('a %s event has none', async (kind) => {
  const { wecom, app } = await start()
  await wecom.callback(kind, { from: 'lisi' })
  expect(app.received[0]?.fields).toMatchObject({ MsgType: 'event', Event: kind, FromUserName: 'lisi' })
  expect(app.received[0]?.fields).not.toHaveProperty('MsgId')
})

test('events of the system come from sys and of no app', async () => {
  const { wecom, app } = await start()
  await wecom.callback('change_contact')
  expect(app.received[0]?.fields).toMatchObject({ FromUserName: 'sys', ChangeType: 'update_user' })
  expect(app.received[0]?.fields).not.toHaveProperty('AgentID')
  expect(app.received[0]?.body).not.toContain('AgentID')
})

test('fields can be replaced, the type of a message too', async () => {
  const { wecom, app } = await start()
  await wecom.callback('text', { from: 'lisi', MsgType: 'some_future_type', Foo: 'bar' })
  await wecom.callback('click', { from: 'lisi', EventKey: 'RUN', CreateTime: 1790000188 })
  expect(app.received[0]?.fields).toMatchObject({ MsgType: 'some_future_type', Foo: 'bar' })
  expect(app.received[1]?.fields).toMatchObject({ EventKey: 'RUN', CreateTime: '1790000188' })
})

test('a prepared message can be sent any number of times in the same bytes', async () => {
  const { wecom, app } = await start()
  const prepared = wecom.prepare('lisi', 'hello')
  expect(prepared.url).toBe(new URL(prepared.path, app.url).href)
  expect(prepared.path).toMatch(/^\/in\/wecom\?msg_signature=[0-9a-f]{40}&timestamp=\d+&nonce=\d+$/)
  await Promise.all([wecom.post(prepared), wecom.post(prepared)])
  expect(fieldsOf(app, 'MsgId')).toEqual([prepared.msgId, prepared.msgId])
  expect(new Set(nonces(app)).size).toBe(1)
  expect(await wecom.feed(0, 0)).toHaveLength(1)
})

test('a message and an event can be sent once more', async () => {
  const { wecom, app } = await start()
  const said = await wecom.say('lisi', 'hello')
  const entered = await wecom.callback('enter_agent', { from: 'lisi' })
  expect(await wecom.redeliver(said.msgId)).toMatchObject({ status: 200, attempts: 1 })
  await wecom.redeliver(entered.msgId)
  expect(fieldsOf(app, 'MsgId')).toEqual([said.msgId, undefined, said.msgId, undefined])
  expect(app.received[3]?.fields).toEqual(app.received[1]?.fields)
  await expect(wecom.redeliver('77')).rejects.toThrow(UsageError)
})

test('a redelivery goes to where the app is now', async () => {
  const { wecom, app } = await start({ redeliveries: 0 })
  await app.close()
  const { msgId } = await wecom.say('lisi', 'hello')
  const moved = await startApp(wecom.credentials)
  open.push(moved)
  wecom.setCallback(moved.url)
  expect(await wecom.redeliver(msgId)).toMatchObject({ status: 200 })
  expect(fieldsOf(moved, 'MsgId')).toEqual([msgId])
})

test('only this machine is called back', async () => {
  const { wecom } = await start()
  for (const url of [
    'http://192.168.1.7/in',
    'https://127.0.0.1/in',
    'http://127.0.0.1.example.com/',
    'http://example.com',
  ]) {
    expect(() => wecom.setCallback(url)).toThrow(UsageError)
  }
  wecom.setCallback('http://[::1]:8420/in/wecom')
})

test('a message without a callback URL is refused', async () => {
  const wecom = await startWecomSimulator()
  open.push(wecom)
  await expect(wecom.say('lisi', 'hello')).rejects.toThrow('no callback URL')
})

test('closing ends what still waits', async () => {
  const { wecom, app } = await start({ redeliverAfterMs: 60_000 })
  const arrived = new Promise<void>((resolve) => app.behaves(() => resolve()))
  const said = wecom.say('lisi', 'hello')
  const seen = wecom.waitFor(() => true, 60_000)
  await arrived
  await Promise.all([wecom.close(), expect(seen).rejects.toThrow('closed')])
  expect(await said).toMatchObject({ answers: ['cut'] })
})

test('the same seed makes the same simulator', async () => {
  const now = () => 1_790_000_000_000
  const [one, two] = await Promise.all([start({ seed: 7, now }), start({ seed: 7, now })])
  expect(one.wecom.credentials).toEqual(two.wecom.credentials)
  const [first, second] = [one.wecom.prepare('lisi', 'hi'), two.wecom.prepare('lisi', 'hi')]
  expect({ path: first.path, body: first.body.toString() }).toEqual({ path: second.path, body: second.body.toString() })
})
