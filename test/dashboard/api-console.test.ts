import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { consoleChannel } from '../../src/channels/console/index.ts'
import { aVisitor, type Visitor } from './visitor.ts'
import { aWorld, type World } from './world.ts'

let world: World
let headers: Record<string, string>
const visitors: Visitor[] = []
beforeAll(async () => {
  world = await aWorld()
  const { cookie } = await world.signIn()
  headers = { cookie, origin: world.url }
})
afterAll(async () => {
  for (const visitor of visitors) visitor.close()
  await world.close()
})

afterEach(() => {
  vi.useRealTimers()
})

async function visit(): Promise<Visitor> {
  const visitor = await aVisitor(world, headers)
  visitors.push(visitor)
  return visitor
}

let made = 0
function saying(text: string, over: { id?: string; chat?: string; person?: string } = {}) {
  made += 1
  const { id = `saying-${made}`, chat = 'zhangsan', person = chat } = over
  return { kind: 'say' as const, id, channel: 'console', chat, person, parts: [{ kind: 'text' as const, text }] }
}
const open = (chat: string, after = 0) => ({ kind: 'open' as const, channel: 'console', chat, after })

test('a socket opens for a signed-in page of ours, and for nobody else', async () => {
  const { cookie } = headers
  const refused = async (given: Record<string, string>) =>
    aVisitor(world, given).then(
      () => 'opened',
      (error: Error) => /\d{3}/.exec(error.message)?.[0],
    )
  expect(await refused({ origin: world.url })).toBe('401')
  expect(await refused({ origin: world.url, cookie: 'huitou_session=x' })).toBe('401')
  expect(await refused({ origin: 'http://evil.example', cookie: cookie ?? '' })).toBe('403')
  expect(await refused({ cookie: cookie ?? '' })).toBe('403')
  expect(await refused({ origin: 'null', cookie: cookie ?? '' })).toBe('403')
  const proxied = { ...headers, origin: 'https://bot.example', 'x-forwarded-host': 'bot.example' }
  expect(await refused(proxied)).toBe('opened')
  world.isStoreAway = true
  expect(await refused(headers)).toBe('503')
  world.isStoreAway = false
})

test('the people and groups of the console are listed', async () => {
  const { body } = await world.callAs('/api/console/chats')
  expect(body.chats.map(({ title }: { title: string }) => title)).toEqual(['张三', '李四', '王五', '产品组', '运维组'])
})

test('what is said becomes a message, a bubble and a task, once, however often it is sent', async () => {
  const visitor = await visit()
  visitor.say(open('zhangsan'))
  const first = saying('demo sleep 5')
  visitor.say(first)
  visitor.say(first)
  const taskId = await visitor.until((frame) => (frame.kind === 'accepted' ? frame.taskId : undefined))
  expect(taskId).toBe(`console-${first.id}`)
  expect(await visitor.bubble('demo sleep 5')).toMatchObject({
    id: `console-${first.id}`,
    from: { kind: 'person', id: 'zhangsan', name: '张三' },
    taskId,
  })
  expect(await visitor.until((frame) => (frame.kind === 'task' ? frame.task : undefined))).toMatchObject({
    id: taskId,
    state: 'waiting',
    command: 'demo sleep',
  })
  visitor.say(saying('then'))
  await visitor.bubble('then')
  expect(visitor.frames.filter((frame) => frame.kind === 'bubble')).toHaveLength(2)
  expect(world.accepted[0]).toMatchObject({
    from: { channel: 'console', chat: 'zhangsan', chatKind: 'private' },
    sender: { id: 'zhangsan', name: '张三' },
    text: 'demo sleep 5',
  })
})

test('answers come live to all who look, in order, and later to those who missed them', async () => {
  const bot = consoleChannel({
    now: Date.now,
    append: (...given) => world.store.conversations.append(...given),
    publish: (...given) => world.store.signals.publish(...given),
  })
  const answer = (id: string, text: string) =>
    bot.send(
      {
        id,
        to: { channel: 'console', chat: 'lisi', chatKind: 'private' },
        part: { kind: 'text', text },
        createdAt: 0,
        expiresAt: Number.MAX_SAFE_INTEGER,
      },
      new AbortController().signal,
    )
  const [one, other] = [await visit(), await visit()]
  one.say(open('lisi'))
  other.say(open('lisi'))
  await answer('answer-1', '一')
  await answer('answer-2', '二')
  await answer('answer-2', '二')
  const [first, second] = [await one.bubble('一'), await one.bubble('二')]
  await other.bubble('二')
  expect(second.seq).toBeGreaterThan(first.seq)
  expect(one.frames.map((frame) => frame.kind === 'bubble' && frame.bubble.id)).toEqual(['answer-1', 'answer-2'])

  const late = await visit()
  late.say(open('lisi', first.seq))
  await late.bubble('二')
  expect(late.frames).toHaveLength(1)
})

test('a lost hint only costs time', async () => {
  const visitor = await visit()
  visitor.say(open('wangwu'))
  const append = (id: string, text: string) => {
    const entry = { at: 1, from: { kind: 'bot' }, parts: [{ kind: 'text', text }] }
    return world.store.conversations.append('console:wangwu', [{ id, entry }], 10)
  }
  await append('loud', '有声')
  await visitor.bubble('有声')
  await append('quiet', '无声')
  expect(await visitor.bubble('无声')).toMatchObject({ id: 'quiet' })
})

test('tasks are shown to those who look at their chat', async () => {
  const [group, alone] = [await visit(), await visit()]
  group.say(open('product'))
  alone.say(open('lisi'))
  group.say(saying('in the group', { chat: 'product', person: 'wangwu' }))
  await group.until((frame) => (frame.kind === 'task' ? true : undefined))
  expect(world.accepted.at(-1)).toMatchObject({
    from: { chat: 'product', chatKind: 'group' },
    sender: { id: 'wangwu' },
  })
  expect(alone.frames.filter((frame) => frame.kind === 'task')).toEqual([])
})

test('nobody speaks where they are not', async () => {
  const visitor = await visit()
  const sayings = [
    saying('a', { chat: 'ops', person: 'zhangsan' }),
    saying('b', { chat: 'nowhere' }),
    { ...saying('c'), channel: 'staff' },
  ]
  for (const each of sayings) {
    visitor.say(each)
    const why = await visitor.until((frame) =>
      frame.kind === 'refused' && frame.id === each.id ? frame.why : undefined,
    )
    expect(why).toContain('没有这个会话')
  }
})

test('while the store is away what is said is refused in words; said again it is taken', async () => {
  const visitor = await visit()
  visitor.say(open('zhangsan'))
  const late = saying('still there?')
  world.isStoreAway = true
  visitor.say(late)
  expect(await visitor.until((frame) => (frame.kind === 'refused' ? frame.why : undefined))).toContain('存储暂时不可用')
  world.isStoreAway = false
  visitor.say(late)
  await visitor.until((frame) => (frame.kind === 'accepted' && frame.id === late.id ? true : undefined))
  await visitor.bubble('still there?')
})

test('a garbled frame costs its sender the socket, or the frame, and nobody else anything', async () => {
  const bystander = await visit()
  bystander.say(open('ops'))
  for (const frame of ['{', '[]', '"x"', '{"kind":"dance"}']) {
    const visitor = await visit()
    visitor.say(frame)
    expect(await visitor.closed).toBe(1008)
  }
  const named = await visit()
  named.say({ kind: 'say', id: 'saying-odd', parts: 'text' })
  expect(await named.until((frame) => (frame.kind === 'refused' ? frame.id : undefined))).toBe('saying-odd')
  const large = await visit()
  large.say(saying('x'.repeat(1024 * 1024)))
  expect(await large.closed).toBe(1009)
  bystander.say(saying('all well', { chat: 'ops', person: 'lisi' }))
  await bystander.bubble('all well')
})

test('signing out ends the socket at the next heartbeat; until then, and for others, it lives', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const { cookie, csrf } = await world.signIn()
  const [leaving, staying] = [await aVisitor(world, { cookie, origin: world.url }), await visit()]
  staying.say(open('ops'))
  vi.advanceTimersByTime(30_000)
  leaving.say(saying('still in', { chat: 'ops', person: 'lisi' }))
  await staying.bubble('still in')
  await world.call('/api/session', { method: 'DELETE', headers: { cookie, 'x-huitou-csrf': csrf } })
  vi.advanceTimersByTime(30_000)
  expect(await leaving.closed).toBe(1008)
  staying.say(saying('still here', { chat: 'ops', person: 'lisi' }))
  await staying.bubble('still here')
})

test('a connection that answers no heartbeat is cut', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const dead = await visit()
  dead.deafen()
  vi.advanceTimersByTime(30_000)
  vi.advanceTimersByTime(30_000)
  dead.listen()
  expect(await dead.closed).toBe(1006)
})

test('an answer that grows is shown to those who look at its chat, and is none of its bubbles', async () => {
  const [here, elsewhere] = [await visit(), await visit()]
  here.say(open('zhangsan'))
  elsewhere.say(open('lisi'))
  here.say(saying('before the draft'))
  elsewhere.say(saying('elsewhere', { chat: 'lisi' }))
  await here.bubble('before the draft')
  await elsewhere.bubble('elsewhere')
  const draft = { id: 'answer-1', taskId: 'task-1', at: 5, text: '回头告' }
  await world.store.signals.publish('console', { chat: 'zhangsan', draft })
  expect(await here.until((frame) => (frame.kind === 'draft' ? frame : undefined))).toEqual({
    kind: 'draft',
    channel: 'console',
    chat: 'zhangsan',
    draft,
  })
  elsewhere.say(saying('afterwards', { chat: 'lisi' }))
  await elsewhere.bubble('afterwards')
  expect(elsewhere.frames.filter(({ kind }) => kind === 'draft')).toEqual([])
})
