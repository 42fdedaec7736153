import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Delivery } from '../../src/core/delivery/delivery.ts'
import type { Held } from '../../src/core/delivery/held.ts'
import {
  QuotaError,
  RejectedError,
  StoreUnavailableError,
  UnavailableError,
  UnsureError,
} from '../../src/core/errors.ts'
import type { Task } from '../../src/core/task/task.ts'
import { type Outbox, type OutboxPorts, openOutbox } from '../../src/outbox/outbox.ts'
import type { EmbeddedStore } from '../../src/store/embedded/index.ts'
import { silent } from '../engine/scene-folder.ts'
import { type FakeChannel, fakeChannel } from '../fakes/channel.ts'
import { anEmbeddedStore } from '../fakes/embedded-store.ts'

let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

let channel: FakeChannel
let outbox: Outbox
let outboxPorts: OutboxPorts
let now: number
let wakes: { chat: string; at: number }[]
/** The held requests: those here are answered with what stands in `ridden`, those elsewhere are told of. */
let held: { here: Set<string>; ridden: string[]; letGo: number; told: string[] }
/** Done between a verdict's being stored and its being known. */
let afterVerdict: () => Promise<unknown>
let made = 0
let chat: string

beforeEach(() => {
  now = 1_800_000_000_000 + ++made * 10_000_000
  chat = `chat-${made}`
  wakes = []
  afterVerdict = async () => undefined
  held = { here: new Set(), ridden: [], letGo: 0, told: [] }
  // Its own id, so that no test pauses another's account.
  channel = fakeChannel({ id: `staff-${made}`, limits: { account: [], chat: [{ count: 3, windowMs: 60_000 }] } })
  const port: Held = {
    claim(taskId) {
      if (!held.here.delete(taskId)) return undefined
      return {
        async answer({ delivery, attempts }) {
          held.ridden.push(delivery.id)
          const receipt = { sentAt: now }
          await store.outbox.applyVerdict(delivery.id, attempts, { state: 'sent', route: 'passive', receipt }, now)
        },
        letGo() {
          held.letGo += 1
        },
      }
    },
    isElsewhere: (by) => by !== 'here',
    async tell({ deliveryId }) {
      held.told.push(deliveryId)
    },
    release: () => undefined,
  }
  outboxPorts = {
    store: {
      ...store.outbox,
      async applyVerdict(...verdict) {
        const settled = await store.outbox.applyVerdict(...verdict)
        await afterVerdict()
        return settled
      },
    },
    channels: new Map([[channel.id, channel]]),
    wakes: {
      async wake(line, at) {
        wakes.push({ chat: line.chat, at })
      },
      async close() {},
    },
    held: port,
    sendMs: 15_000,
    deliveryKeptMs: 86_400_000,
    now: () => now,
    log: silent,
  }
  outbox = openOutbox(outboxPorts)
})

const text = (value: string) => ({ kind: 'text' as const, text: value })
const to = () => ({ channel: channel.id, chat, chatKind: 'private' as const })
const line = () => ({ channel: channel.id, chat })
const push = (id: string, ...texts: string[]) => outbox.push({ id: `${chat}-${id}`, to: to(), parts: texts.map(text) })
const seen = () => channel.sent.map(({ part }) => (part.kind === 'text' ? part.text : part.kind))

function aTask(hold?: Task['held']): Task {
  const id = `${chat}-task`
  const message = { id, from: to(), sender: { id: 'lisi' }, text: '', parts: [], receivedAt: now }
  return { id, lane: 'short', priority: 0, message, held: hold }
}

test('a push is stored and sent at once, part by part in order', async () => {
  const ids = await push('one', 'a', 'b', 'c')
  await outbox.idle()
  expect(seen()).toEqual(['a', 'b', 'c'])
  expect(ids).toHaveLength(3)
  expect(await store.outbox.find(ids[0] ?? '')).toMatchObject({ state: 'sent', route: 'active', attempts: 1 })
})

test('the same push is sent once', async () => {
  const [first, second] = await Promise.all([push('one', 'a'), push('one', 'a')])
  await push('one', 'a')
  await outbox.idle()
  expect(first).toEqual(second)
  expect(seen()).toEqual(['a'])
})

test('pushes side by side to one chat go out one after the other', async () => {
  let open = 0
  channel.beforeSend = async () => {
    expect(++open).toBe(1)
    await new Promise((resolve) => setImmediate(resolve))
    open -= 1
  }
  await Promise.all([push('one', 'a'), push('two', 'b'), push('three', 'c')])
  await outbox.idle()
  for (const { at } of wakes) {
    now = Math.max(now, at)
    await outbox.workLine(line())
  }
  await outbox.idle()
  expect(seen().toSorted()).toEqual(['a', 'b', 'c'])
})

test('what is put into a line that is being sent follows without a look', async () => {
  const first = Promise.withResolvers<void>()
  channel.beforeSend = () => first.promise
  await push('one', 'a')
  await push('two', 'b')
  await push('three', 'c')
  first.resolve()
  await outbox.idle()
  expect(seen()).toEqual(['a', 'b', 'c'])
  expect(wakes).toEqual([])
})

test('what must wait and comes just as its line has become empty is looked at when it may go', async () => {
  afterVerdict = async () => {
    if (channel.sent.length < 3) return
    afterVerdict = async () => undefined
    await push('late', 'd')
    // Its own look is left to the one who still has the line in hand.
    await new Promise(setImmediate)
    expect(wakes).toEqual([])
  }
  await push('one', 'a', 'b', 'c')
  await outbox.idle()
  expect(seen()).toEqual(['a', 'b', 'c'])
  expect(wakes).toEqual([{ chat, at: now + 60_000 }])
})

test('what is over the quota waits for the moment when it may go, and then goes', async () => {
  await push('one', 'a', 'b', 'c', 'd', 'e')
  await outbox.idle()
  expect(seen()).toEqual(['a', 'b', 'c'])
  expect(wakes.at(-1)).toEqual({ chat, at: now + 60_000 })
  now += 59_999
  await outbox.workLine(line())
  expect(seen()).toHaveLength(3)
  now += 1
  await outbox.workLine(line())
  expect(seen()).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('too frequent closes the account until the pause is over, and costs the delivery no attempt', async () => {
  channel.beforeSend = () => {
    throw new QuotaError('45009', 60_000)
  }
  const [id = ''] = await push('one', 'a')
  await outbox.idle()
  expect(await store.outbox.pausedUntil(channel.id)).toBe(now + 60_000)
  expect(await store.outbox.find(id)).toMatchObject({ state: 'queued', attempts: 0 })
  await push('two', 'b')
  await outbox.idle()
  expect(seen()).toEqual(['a'])

  channel.beforeSend = () => undefined
  now += 60_000
  await outbox.workLine(line())
  expect(seen()).toEqual(['a', 'a', 'b'])
  expect(await store.outbox.find(id)).toMatchObject({ state: 'sent', attempts: 1 })
})

test('a refusal ends its delivery, and the line goes on', async () => {
  channel.beforeSend = ({ part }) => {
    if (part.kind === 'text' && part.text === 'a') throw new RejectedError('no such member')
  }
  const [id = ''] = await push('one', 'a', 'b')
  await outbox.idle()
  expect(seen()).toEqual(['a', 'b'])
  expect(await store.outbox.find(id)).toMatchObject({ state: 'refused', why: 'no such member' })
})

test('what failed stays at the head, and what is behind it waits', async () => {
  let fails = 2
  channel.beforeSend = () => {
    if (fails-- > 0) throw new UnavailableError('busy')
  }
  await push('one', 'a', 'b')
  await outbox.idle()
  expect(wakes.at(-1)).toEqual({ chat, at: now + 1_000 })
  now += 1_000
  await outbox.workLine(line())
  now += 2_999
  await outbox.workLine(line())
  expect(seen()).toEqual(['a', 'a'])
  now += 1
  await outbox.workLine(line())
  // A send that was begun may have arrived, so each has spent its quota.
  expect(seen()).toEqual(['a', 'a', 'a'])
  now += 60_000
  await outbox.workLine(line())
  expect(seen()).toEqual(['a', 'a', 'a', 'b'])
})

test('a send whose answer was lost shows as unsure when a repeat could be read twice', async () => {
  channel.beforeSend = ({ part }) => {
    if (part.kind === 'text' && part.text === 'a') throw new UnsureError('the answer was lost', false)
  }
  const [id = ''] = await push('one', 'a', 'b')
  await outbox.idle()
  expect(seen()).toEqual(['a', 'b'])
  expect(await store.outbox.find(id)).toMatchObject({ state: 'unsure', why: 'the answer was lost' })
})

describe('while the store is away for a moment', () => {
  /** An outbox whose store fails the next so many times to take a verdict or a pause, after having taken it or not. */
  function withOutage(fails: number, isWritten: boolean): Outbox {
    const flaky =
      <Args extends unknown[], Result>(work: (...args: Args) => Promise<Result>) =>
      async (...args: Args): Promise<Result> => {
        if (fails-- <= 0) return work(...args)
        if (isWritten) await work(...args)
        throw new StoreUnavailableError('away')
      }
    const away = { ...store.outbox, applyVerdict: flaky(store.outbox.applyVerdict), pause: flaky(store.outbox.pause) }
    return openOutbox({ ...outboxPorts, store: away })
  }

  test.for([
    ['busy', new UnavailableError('busy'), { state: 'queued', attempts: 1, why: 'busy' }],
    ['refused', new RejectedError('no'), { state: 'refused' }],
    ['unsure', new UnsureError('lost', false), { state: 'unsure' }],
    ['too frequent', new QuotaError('slowly', 60_000), { state: 'queued', attempts: 0 }],
  ] as const)('a verdict (%s) is not lost, whether it was written or not', async ([name, error, expected]) => {
    channel.beforeSend = () => {
      throw error
    }
    for (const isWritten of [true, false]) {
      const [id = ''] = await withOutage(2, isWritten).push({
        id: `${chat}-${name.replaceAll(' ', '-')}-${isWritten}`,
        to: { ...to(), chat: `${chat}-${name}-${isWritten}` },
        parts: [text('a')],
      })
      await expect.poll(() => store.outbox.find(id), { timeout: 5_000 }).toMatchObject(expected)
      now += 60_000
    }
  })
})

test('a channel that is broken itself holds up nobody', async () => {
  channel.beforeSend = ({ part }) => {
    if (part.kind === 'text' && part.text === 'a') throw new TypeError('x is not a function')
  }
  await push('one', 'a', 'b')
  await outbox.idle()
  expect(seen()).toEqual(['a', 'b'])
})

test("the request that waits here gets the task's first answer, which spends no quota", async () => {
  await push('full', 'a', 'b', 'c')
  await outbox.idle()
  const task = aTask({ untilMs: now + 1_500, by: 'here' })
  held.here.add(task.id)
  await outbox.sayForTask({ task, generation: 0, name: 'answer', parts: [text('first')] })
  await outbox.sayForTask({ task, generation: 0, name: 'more', parts: [text('second')] })
  await outbox.idle()
  const [first = ''] = held.ridden
  expect(await store.outbox.find(first)).toMatchObject({ state: 'sent', route: 'passive' })
  expect(seen()).toEqual(['a', 'b', 'c'])
  now += 60_000
  await outbox.workLine(line())
  expect(seen()).toEqual(['a', 'b', 'c', 'second'])
})

test('an answer behind something that waits in the chat cannot ride, and the request is let go', async () => {
  await push('full', 'a', 'b', 'c', 'd')
  await outbox.idle()
  const task = aTask({ untilMs: now + 1_500, by: 'here' })
  held.here.add(task.id)
  await outbox.sayForTask({ task, generation: 0, name: 'answer', parts: [text('e')] })
  await outbox.idle()
  expect(held).toMatchObject({ ridden: [], letGo: 1 })
  now += 60_000
  await outbox.workLine(line())
  expect(seen()).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('a request that is claimed for nothing is let go', async () => {
  const task = aTask({ untilMs: now + 1_500, by: 'here' })
  held.here.add(task.id)
  await outbox.sayForTask({ task, generation: 0, name: 'answer', parts: [] })
  expect(held.letGo).toBe(1)
})

test('a request in another process is told of its answer, which goes out actively when the window is over', async () => {
  const task = aTask({ untilMs: now + 1_500, by: 'there' })
  await outbox.sayForTask({ task, generation: 0, name: 'answer', parts: [text('a')] })
  await outbox.idle()
  expect(held.told).toHaveLength(1)
  expect(wakes).toEqual([{ chat, at: now + 1_600 }])
  await outbox.workLine(line())
  expect(seen()).toEqual([])
  now += 1_600
  await outbox.workLine(line())
  expect(seen()).toEqual(['a'])
})

test('an answer for a request that is gone, that comes too late, or in a later round, goes out at once', async () => {
  const gone = aTask({ untilMs: now + 1_500, by: 'here' })
  await outbox.sayForTask({ task: gone, generation: 0, name: 'answer', parts: [text('gone')] })
  const late = aTask({ untilMs: now, by: 'there' })
  await outbox.sayForTask({ task: late, generation: 0, name: 'late', parts: [text('late')] })
  held.here.add(gone.id)
  await outbox.sayForTask({ task: gone, generation: 1, name: 'answer', parts: [text('again')] })
  await outbox.idle()
  expect(held).toMatchObject({ ridden: [], told: [] })
  expect(seen()).toEqual(['gone', 'late', 'again'])
})

test('the same words under the same name are said once a round', async () => {
  const task = aTask()
  for (const generation of [0, 0, 1]) await outbox.sayForTask({ task, generation, name: 'answer', parts: [text('a')] })
  await outbox.sayForTask({ task, generation: 0, name: 'other', parts: [text('a')] })
  await outbox.idle()
  expect(seen()).toEqual(['a', 'a', 'a'])
})

test('nothing to say is nothing to send', async () => {
  expect(await outbox.push({ id: `${chat}-none`, to: to(), parts: [] })).toEqual([])
  await outbox.idle()
  expect(channel.sent).toEqual([])
})

test('a chat whose id is spelt differently is the same line', async () => {
  chat = chat.toUpperCase()
  await push('one', 'a', 'b', 'c')
  chat = chat.toLowerCase()
  await push('two', 'd')
  await outbox.idle()
  expect(seen()).toEqual(['a', 'b', 'c'])
})

test('a look at a line of a channel that is no longer set up does nothing', async () => {
  await outbox.workLine({ channel: 'gone', chat })
  await expect(outbox.push({ id: 'x1', to: { ...to(), channel: 'gone' }, parts: [text('a')] })).rejects.toThrow(
    'no channel "gone"',
  )
})

test('an answer that rode on a lost acknowledgement is sent when its message comes again, and not before', async () => {
  const task = aTask({ by: 'here', untilMs: now + 1_500 })
  // Its process dies between claim and write.
  await store.outbox.offer([aDeliveryOf(task)], {})
  await store.outbox.takePassive(`${task.id}-answer`, now, 1_000)
  now += 1_000
  await outbox.workLine(line())
  expect(await store.outbox.find(`${task.id}-answer`)).toMatchObject({ state: 'unsure', route: 'passive' })
  expect(seen()).toEqual([])

  await outbox.sendStranded(task.id)
  await outbox.idle()
  expect(seen()).toEqual(['late'])
  await outbox.sendStranded(task.id)
  await outbox.idle()
  expect(seen()).toEqual(['late'])
})

test('an answer that is being written as its message comes again is not sent beside', async () => {
  const task = aTask({ by: 'here', untilMs: now + 1_500 })
  await store.outbox.offer([aDeliveryOf(task)], {})
  const claimed = await store.outbox.takePassive(`${task.id}-answer`, now, 1_000)
  const waited = outbox.sendStranded(task.id)
  const sent = { state: 'sent', route: 'passive', receipt: { sentAt: now } } as const
  await store.outbox.applyVerdict(`${task.id}-answer`, claimed?.attempts ?? 0, sent, now)
  await waited
  await outbox.idle()
  expect(seen()).toEqual([])
})

test('an answer that was never written is sent as soon as its writer had the time', async () => {
  const task = aTask({ by: 'here', untilMs: now + 1_500 })
  await store.outbox.offer([aDeliveryOf(task)], {})
  await store.outbox.takePassive(`${task.id}-answer`, now, 1_000)
  await outbox.sendStranded(task.id)
  now += 1_000
  await outbox.workLine(line())
  expect(seen()).toEqual(['late'])
})

test('an answer whose claim has run out unnoticed is sent too when its message comes again', async () => {
  const task = aTask({ by: 'here', untilMs: now + 1_500 })
  await store.outbox.offer([aDeliveryOf(task)], {})
  await store.outbox.takePassive(`${task.id}-answer`, now, 1_000)
  now += 1_000
  await outbox.sendStranded(task.id)
  await outbox.idle()
  expect(seen()).toEqual(['late'])
})

test('a message that comes again after its answer was sent is told nothing', async () => {
  const task = aTask()
  await outbox.sayForTask({ task, generation: 0, name: 'answer', parts: [text('done')] })
  await outbox.idle()
  await outbox.sendStranded(task.id)
  await outbox.idle()
  expect(seen()).toEqual(['done'])
})

function aDeliveryOf({ id, message }: Task): Delivery {
  return {
    id: `${id}-answer`,
    to: message.from,
    part: text('late'),
    taskId: id,
    createdAt: now,
    expiresAt: now + 86_400_000,
  }
}
