import { afterAll, beforeAll, expect, test } from 'vitest'
import { aMessage, aTask, aWorld, runOf, token, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await aWorld()
})
afterAll(() => world.close())

/** An open stream: what has come so far, and a way to wait for more. */
async function watch({ url }: Pick<World, 'url'> = world) {
  const closing = new AbortController()
  const response = await fetch(`${url}/api/live`, {
    headers: { authorization: `Bearer ${token}` },
    signal: closing.signal,
  })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let unread = ''
  return {
    headers: response.headers,
    /** The next frame of this kind that fits. */
    // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
    async next(event: 'overview' | 'task', fits: (value: any) => boolean = () => true): Promise<any> {
      for (;;) {
        const end = unread.indexOf('\n\n')
        if (end === -1) {
          const { value, done } = (await reader?.read()) ?? { done: true }
          if (done) throw new Error('the stream ended')
          unread += value
          continue
        }
        const [name, data] = unread.slice(0, end).split('\n')
        unread = unread.slice(end + 2)
        if (name !== `event: ${event}`) continue
        const value: unknown = JSON.parse(data?.slice('data: '.length) ?? '')
        if (fits(value)) return value
      }
    },
    close: () => closing.abort(),
  }
}

test('the overview comes at once and again when it changes, to all who watch', async () => {
  const [one, other] = [await watch(), await watch()]
  expect(one.headers.get('content-type')).toBe('text/event-stream')
  expect((await one.next('overview')).lanes[0].waiting).toBe(0)
  world.queued.push(aTask(aMessage('live-0', 'demo echo 1')))
  await Promise.all([one, other].map((stream) => stream.next('overview', ({ lanes }) => lanes[0].waiting === 1)))
  one.close()
  world.queued.length = 0
  await other.next('overview', ({ lanes }) => lanes[0].waiting === 0)
  other.close()
})

test('who comes later is told nothing that was read for those before', async () => {
  let waiting = 1
  let held = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  const other = await world.again(
    {},
    {
      async laneCounts() {
        const lane = { name: 'short', concurrency: 4, waiting, active: 0, delayed: 0, failed: 0 }
        asked.resolve()
        await held.promise
        return [lane]
      },
    },
  )
  const before = await watch(other)
  await asked.promise
  before.close()
  // The server has noticed by the time it answers somebody else.
  await other.callAs('/api/session')
  held.resolve()
  await other.callAs('/api/session')
  waiting = 2
  held = Promise.withResolvers()
  const later = await watch(other)
  held.resolve()
  expect((await later.next('overview')).lanes[0].waiting).toBe(2)
  later.close()
  await other.close()
})

test('a task that changes is told as its summary', async () => {
  const stream = await watch()
  await stream.next('overview')
  await world.store.runs.create(runOf(aMessage('live-1', 'demo sleep 5')), Date.now())
  // A hint may come before the subscription stands: whoever changes a task gives one at each change.
  const hinting = setInterval(() => void world.store.signals.publish('task', { ids: ['live-1'] }), 50)
  const task = await stream.next('task', ({ id }) => id === 'live-1')
  clearInterval(hinting)
  expect(task).toMatchObject({ state: 'waiting', command: 'demo sleep', sender: { name: '张三' } })
  await world.store.signals.publish('task', { ids: ['nobody-knows'] })
  await world.store.signals.publish('task', 'nonsense')
  await world.store.runs.cancel('live-1', 'enough', 'admin', Date.now())
  await world.store.signals.publish('task', { ids: ['live-1'] })
  await stream.next('task', ({ id, state }) => id === 'live-1' && state === 'cancelled')
  stream.close()
})

test('the stream bears a store that goes away and comes back', async () => {
  const stream = await watch()
  await stream.next('overview', ({ store }) => store.up)
  world.isStoreAway = true
  await stream.next('overview', ({ store }) => !store.up)
  world.isStoreAway = false
  await stream.next('overview', ({ store }) => store.up)
  stream.close()
})

test('a task that cannot be read holds up no other', async () => {
  const { runs } = world.store
  const find: typeof runs.find = async (id) => {
    if (id === 'live-broken') throw new Error('not what was written')
    return runs.find(id)
  }
  const other = await world.again({}, { store: { ...world.store, runs: { ...runs, find } } })
  const stream = await watch(other)
  await stream.next('overview', ({ store }) => store.up)
  await world.store.runs.create(runOf(aMessage('live-3', 'demo sleep 5')), Date.now())
  const hinting = setInterval(() => void world.store.signals.publish('task', { ids: ['live-broken', 'live-3'] }), 50)
  expect(await stream.next('task', ({ id }) => id === 'live-3')).toMatchObject({ state: 'waiting' })
  clearInterval(hinting)
  stream.close()
  await other.close()
})

test('a change that is hinted at while the store is away is told when it is back', async () => {
  const stream = await watch()
  await stream.next('overview', ({ store }) => store.up)
  await world.store.runs.create(runOf(aMessage('live-2', 'demo sleep 5')), Date.now())
  const untold = () => world.logged.filter(({ text }) => text.startsWith('task changes not told')).length
  const before = untold()
  world.isStoreAway = true
  const hinting = setInterval(() => void world.store.signals.publish('task', { ids: ['live-2'] }), 50)
  await expect.poll(untold).toBeGreaterThan(before)
  clearInterval(hinting)
  world.isStoreAway = false
  expect(await stream.next('task', ({ id }) => id === 'live-2')).toMatchObject({ state: 'waiting' })
  stream.close()
})
