import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import type { CommandEntry } from '../../src/core/command/catalog.ts'
import { StoreUnavailableError } from '../../src/core/errors.ts'
import type { Message } from '../../src/core/message/message.ts'
import { plainText } from '../../src/core/message/part.ts'
import type { Task } from '../../src/core/task/task.ts'
import { type HeldReplies, openHeldReplies } from '../../src/ingress/held-replies.ts'
import { openReception, type Reception } from '../../src/ingress/reception.ts'
import type { EmbeddedStore } from '../../src/store/embedded/index.ts'
import { silent } from '../engine/scene-folder.ts'
import { fakeChannel, riding } from '../fakes/channel.ts'
import { anEmbeddedStore } from '../fakes/embedded-store.ts'

let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

const entry = (name: string, lane: string): CommandEntry => ({
  scene: 'try',
  name,
  summary: { zh: '试', en: 'Try' },
  args: [],
  lane,
  timeoutMs: 1_000,
  attempts: 1,
  aliases: [],
  triggers: [],
})
const commands = [entry('quick', 'short'), entry('slow', 'long'), entry('odd', 'no-such-lane'), entry('think', 'llm')]
const catalog = {
  scenes: [{ name: 'try', summary: { zh: '试', en: 'Try' }, isPublic: true, file: 'try.ts', commands }],
  faults: [],
}

/** What happened, in its order: `stored short`, `said …`. */
let happened: string[]
let stored: Task[]
let storeIsAway: boolean
/** Tasks whose stranded answers were sent. */
let rescued: string[]
/** Tasks that are given notice when they take long. */
let watched: string[]
let held: HeldReplies
let reception: Reception
let made = 0

beforeEach(async () => {
  happened = []
  stored = []
  storeIsAway = false
  rescued = []
  watched = []
  held = await openHeldReplies({
    by: 'here',
    outbox: store.outbox,
    signals: store.signals,
    wake: async () => undefined,
    now: Date.now,
    log: silent,
  })
  onTestFinished(() => held.close())
  reception = openReception({
    catalog: () => catalog,
    prefixes: { '!': 'try quick' },
    defaultLane: 'control',
    fallbackLane: 'long',
    lanes: new Set(['control', 'short', 'long', 'llm']),
    quickLanes: new Set(['control', 'short']),
    lateLanes: new Set(['llm']),
    lateNotices: { watch: ({ id }) => void watched.push(id), close() {} },
    share: async () => 0,
    orderingKeyOf: (lane, { sender }) => (lane === 'llm' ? `row of ${sender.id}` : undefined),
    async join({ orderingKey }) {
      happened.push(`joined ${orderingKey}`)
    },
    async enqueue(task) {
      if (storeIsAway) throw new StoreUnavailableError('away')
      happened.push(`stored ${task.lane}`)
      stored.push(task)
    },
    held,
    by: 'here',
    runs: store.runs,
    ahead: async () => 2,
    async noteFile({ sender }, file) {
      happened.push(`noted ${file.kind} of ${sender.id}`)
    },
    async sendStranded(taskId) {
      rescued.push(taskId)
    },
    async say({ parts }) {
      happened.push(`said ${plainText(parts)}`)
    },
    languageOf: async () => 'en',
    now: Date.now,
  })
})

function saying(text: string): Message {
  const id = `reception-${++made}`
  return {
    id,
    from: { channel: 'staff', chat: 'lisi', chatKind: 'private' },
    sender: { id: 'lisi' },
    text,
    parts: [{ kind: 'text', text }],
    receivedAt: Date.now(),
  }
}

const ack = { status: 200 }
const open = new AbortController().signal
const holding = (ms: number) => fakeChannel({ can: { passiveReply: riding(ms) } })

test("a quick command's request is held before its task is stored, and let go when the window ends", async () => {
  const answered = reception.answer(holding(80), saying('try quick'), ack, open)
  await expect.poll(() => stored.length).toBe(1)
  expect(held.size).toBe(1)
  expect(stored[0]?.held).toMatchObject({ by: 'here', untilMs: (stored[0]?.message.receivedAt ?? 0) + 80 })
  expect(await answered).toBe(ack)
  expect(held.size).toBe(0)
})

test('a request whose task will say nothing is let go at once', async () => {
  const answered = reception.answer(holding(4_000), saying('try quick'), ack, open)
  await expect.poll(() => stored.length).toBe(1)
  held.release(stored[0]?.id ?? '')
  expect(await answered).toBe(ack)
})

test('a request whose connection is gone is held no longer', async () => {
  const gone = new AbortController()
  const answered = reception.answer(holding(4_000), saying('try quick'), ack, gone.signal)
  await expect.poll(() => held.size).toBe(1)
  gone.abort()
  expect(await answered).toBe(ack)
  expect(held.size).toBe(0)
})

test('nothing is held where an answer cannot ride, or must not wait', async () => {
  for (const channel of [fakeChannel({ can: { passiveReply: undefined } }), holding(0)]) {
    expect(await reception.answer(channel, saying('try quick'), ack, open)).toBe(ack)
    expect(stored.at(-1)?.held).toBeUndefined()
  }
})

test('a task that cannot be stored is not acknowledged, and its request is not held', async () => {
  storeIsAway = true
  for (const text of ['try quick', 'try slow']) {
    await expect(reception.answer(holding(4_000), saying(text), ack, open)).rejects.toThrow(StoreUnavailableError)
    await expect(reception.take(saying(text))).rejects.toThrow(StoreUnavailableError)
  }
  expect(held.size).toBe(0)
})

test('before an ack says nothing, what rode on an earlier one that was lost is sent', async () => {
  const message = saying('try quick')
  expect(await reception.answer(holding(50), message, ack, open)).toBe(ack)
  expect(rescued).toEqual([stored[0]?.id])
  expect(await reception.answer(holding(50), message, ack, open)).toBe(ack)
  expect(rescued).toEqual([stored[0]?.id, stored[0]?.id])
})

test('a twin is not acknowledged before the request that holds its answer', async () => {
  const message = saying('try quick')
  const order: string[] = []
  const first = reception.answer(holding(4_000), message, ack, open).finally(() => order.push('first'))
  await expect.poll(() => stored.length).toBe(1)
  const twin = reception.answer(holding(4_000), message, ack, open).finally(() => order.push('twin'))
  await expect.poll(() => stored.length).toBe(2)
  const request = held.claim(stored[0]?.id ?? '')
  expect(order).toEqual([])
  request?.letGo()
  expect(await Promise.all([first, twin])).toEqual([ack, ack])
  expect(order).toEqual(['first', 'twin'])
})

test("a long command's notice rides on the ack, once", async () => {
  const message = saying('try slow')
  const first = await reception.answer(holding(4_000), message, ack, open)
  expect(first).toMatchObject({ status: 200, body: expect.stringMatching(/^riding: Got it: #\d+, 2 ahead of it\./) })
  expect(await reception.answer(holding(4_000), message, ack, open)).toBe(ack)
  expect(happened).toEqual(['stored long', 'stored long'])
  expect(stored[0]?.id).toBe(stored[1]?.id)
})

test('a command that is mostly quick enough is given notice later, holds no request, and has its place under its ordering key first', async () => {
  expect(await reception.answer(holding(4_000), saying('try think'), ack, open)).toBe(ack)
  await reception.take(saying('try think'))
  expect(happened).toEqual(['joined row of lisi', 'stored llm', 'joined row of lisi', 'stored llm'])
  expect(watched).toEqual(stored.map(({ id }) => id))
})

test('where it cannot ride the notice is said', async () => {
  expect(await reception.answer(fakeChannel({ can: { passiveReply: undefined } }), saying('try slow'), ack, open)).toBe(
    ack,
  )
  expect(happened).toEqual(['stored long', expect.stringMatching(/^said Got it: #\d+/)])
})

test('from a socket the notice is said before the task can begin', async () => {
  const { lane } = await reception.take(saying('try slow'))
  expect(lane).toBe('long')
  expect(happened).toEqual([expect.stringMatching(/^said Got it: #\d+/), 'stored long'])
})

test('the text decides the lane; what names no command waits among the built-in ones, one of a lane that is not there among the long ones', async () => {
  const lanes: Record<string, string> = {}
  for (const text of ['try quick', '!hi', 'try slow', 'try odd', 'what?', '']) {
    lanes[text] = (await reception.take(saying(text))).lane
  }
  expect(lanes).toEqual({
    'try quick': 'short',
    '!hi': 'short',
    'try slow': 'long',
    'try odd': 'long',
    'what?': 'control',
    '': 'control',
  })
})
