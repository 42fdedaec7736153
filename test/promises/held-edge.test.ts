import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Channel } from '../../src/channels/channel.ts'
import type { SendRoute } from '../../src/core/delivery/delivery.ts'
import type { Log } from '../../src/core/log.ts'
import { lineOf } from '../../src/core/message/address.ts'
import type { Message } from '../../src/core/message/message.ts'
import { type HeldReplies, openHeldReplies } from '../../src/ingress/held-replies.ts'
import { type Outbox, openOutbox } from '../../src/outbox/outbox.ts'
import { openRedisStore } from '../../src/store/redis/index.ts'
import type { Store } from '../../src/store/store.ts'
import { anEmbeddedStore } from '../fakes/embedded-store.ts'
import { startRedisServer } from '../fakes/redis-server.ts'
import { seed, sized } from '../fakes/sized.ts'
import { type StoreKind, storeKinds } from './place.ts'
import { seeded, sideBySide, tell, until } from './work.ts'

const TRIALS = sized(300, 2000)
const AT_ONCE = 40
/** How far from the window's edge answers become ready and connections break, to either side. */
const AROUND_MS = 30

describe.each(storeKinds)('on the %s store, answers ready at the edge of the window are each seen once', (kind) => {
  test('when the request waits where the task runs', { timeout: 180_000 }, async ({ skip }) => {
    const opens = await opener(kind)
    if (opens === undefined) return skip('NOT TESTED: no redis-server')
    const seen = new Map<string, SendRoute[]>()
    const process = await aProcess('p-one', await opens(), seen)
    await showEachIsSeenOnce({ kind, seen, takes: process, runs: process, drops: false })
  })

  test('when connections break at that moment', { timeout: 180_000 }, async ({ skip }) => {
    const opens = await opener(kind)
    if (opens === undefined) return skip('NOT TESTED: no redis-server')
    const seen = new Map<string, SendRoute[]>()
    const process = await aProcess('p-one', await opens(), seen)
    await showEachIsSeenOnce({ kind, seen, takes: process, runs: process, drops: true })
  })

  test('when the request waits in another process', { timeout: 180_000 }, async ({ skip }) => {
    const opens = await opener(kind)
    if (opens === undefined) return skip('NOT TESTED: no redis-server')
    const seen = new Map<string, SendRoute[]>()
    const takes = await aProcess('p-takes', await opens(), seen)
    const runs = await aProcess('p-runs', await opens(), seen)
    await showEachIsSeenOnce({ kind, seen, takes, runs, drops: true })
  })
})

/** The parts of a process that say and hold. */
interface Process {
  by: string
  store: Store
  held: HeldReplies
  outbox: Outbox
}

interface Edge {
  kind: StoreKind
  /** Which ways each answer was seen by its person. */
  seen: Map<string, SendRoute[]>
  /** Takes the callbacks and holds them. */
  takes: Process
  /** Runs the tasks. */
  runs: Process
  /** Whether connections break. */
  drops: boolean
}

async function showEachIsSeenOnce({ kind, seen, takes, runs, drops }: Edge): Promise<void> {
  const random = seeded(seed)
  const around = () => (2 * random() - 1) * AROUND_MS
  const trials = Array.from({ length: TRIALS }, (_, number) => ({
    id: `m-${number}`,
    windowMs: 50 + Math.round(random() * 100),
    readyAfterMs: around(),
    breaksAfterMs: drops && random() < 0.5 ? around() : undefined,
  }))

  await sideBySide(trials, AT_ONCE, async ({ id, windowMs, readyAfterMs, breaksAfterMs }) => {
    const message = messageOf(id)
    const edge = Date.now() + windowMs
    const request = takes.held.hold(id, aChannel(seen), message, edge)
    let isGone = false
    await Promise.all([
      breaksAfterMs !== undefined &&
        at(edge + breaksAfterMs).then(() => {
          isGone = true
          request.drop()
        }),
      request.answer.then(async (answer) => {
        if (answer === undefined) return
        if (!isGone) note(seen, answer.ack.body ?? '', 'passive')
        await answer.written(!isGone)
      }),
      at(edge + readyAfterMs).then(() =>
        runs.outbox.sayForTask({
          task: { id, lane: 'short', priority: 0, message, held: { untilMs: edge, by: takes.by } },
          generation: 0,
          name: 'answer',
          parts: [{ kind: 'text', text: id }],
        }),
      ),
    ])
  })
  const isQuiet = async () => Object.values(await runs.store.outbox.waiting()).every((count) => count === 0)
  await until(isQuiet, 60_000, () => `${TRIALS - seen.size} answers are not sent`)
  await Promise.all([takes.outbox.idle(), runs.outbox.idle()])

  const ways = [...seen.values()]
  const count = (way: SendRoute) => ways.filter((each) => each[0] === way).length
  tell({ kind, drops, otherProcess: takes !== runs, passive: count('passive'), active: count('active') })
  expect([...seen.keys()].toSorted()).toEqual(trials.map(({ id }) => id).toSorted())
  expect([...seen].filter(([, each]) => each.length !== 1)).toEqual([])
  // Both ways were in the race, else this showed nothing.
  expect(Math.min(count('passive'), count('active'))).toBeGreaterThan(TRIALS / 50)

  const records = await sideBySide(trials, 8, async ({ id }) => ({ id, all: await runs.store.outbox.ofTask(id) }))
  const told = records.map(({ id, all }) => [id, all.map(({ state, route, maybeTwice }) => [state, route, maybeTwice])])
  expect(told).toEqual(trials.map(({ id }) => [id, [['sent', seen.get(id)?.[0], false]]]))
}

async function aProcess(by: string, store: Store, seen: Edge['seen']): Promise<Process> {
  const channel = aChannel(seen)
  const timers = new Set<NodeJS.Timeout>()
  const wakes: Promise<void>[] = []
  onTestFinished(async () => {
    for (const timer of timers) clearTimeout(timer)
    await Promise.all(wakes)
  })
  const workLater = (line: { channel: string; chat: string }, lookAt: number) => {
    timers.add(setTimeout(() => wakes.push(outbox.workLine(line)), Math.max(0, lookAt - Date.now())))
    return Promise.resolve()
  }
  const held = await openHeldReplies({
    by,
    outbox: store.outbox,
    signals: store.signals,
    wake: workLater,
    now: Date.now,
    log: hush,
  })
  onTestFinished(() => held.close())
  const outbox = openOutbox({
    store: store.outbox,
    channels: new Map([[channel.id, channel]]),
    wakes: { wake: workLater, close: () => Promise.resolve() },
    held,
    sendMs: 15_000,
    deliveryKeptMs: 3_600_000,
    now: Date.now,
    log: hush,
  })
  return { by, store, held, outbox }
}

/** A platform that shows at once whatever it is given. */
function aChannel(seen: Edge['seen']): Channel {
  return {
    id: 'wecom',
    platform: 'stand-in',
    limits: { account: [], chat: [] },
    can: {
      passiveReply: {
        withinMs: 0,
        replyTo: (_message, part) => (part.kind === 'text' ? { status: 200, body: part.text } : undefined),
      },
      idempotentSends: true,
    },
    split: (parts) => [...parts],
    async send({ part }) {
      if (part.kind === 'text') note(seen, part.text, 'active')
      return { sentAt: Date.now() }
    },
    down: () => undefined,
  }
}

function at(moment: number): Promise<void> {
  return wait(Math.max(0, moment - Date.now()))
}

function note(seen: Edge['seen'], text: string, way: SendRoute): void {
  seen.set(text, [...(seen.get(text) ?? []), way])
}

function messageOf(id: string): Message {
  return {
    id,
    from: { ...lineOf({ channel: 'wecom', chat: `person-${id}` }), chatKind: 'private' },
    sender: { id: `person-${id}` },
    text: 'demo echo',
    parts: [],
    receivedAt: Date.now(),
  }
}

/** Opens the store, for each process anew where it can be shared. */
async function opener(kind: StoreKind): Promise<(() => Promise<Store>) | undefined> {
  const closing = (store: Store): Store => {
    onTestFinished(() => store.close())
    return store
  }
  if (kind === 'embedded') {
    const store = closing(await anEmbeddedStore())
    return () => Promise.resolve(store)
  }
  const server = await startRedisServer()
  if (server === undefined) return undefined
  onTestFinished(() => server.stop())
  return async () => closing(await openRedisStore({ url: server.url, onError() {} }))
}

const hush: Log = { debug() {}, info() {}, warn() {}, error() {} }
