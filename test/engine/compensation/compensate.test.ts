import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Task } from '../../../src/core/task/task.ts'
import { runTask } from '../../../src/engine/attempt/run-task.ts'
import { pendingCompensations } from '../../../src/engine/compensation/pending.ts'
import type { HostCall } from '../../../src/engine/host/protocol.ts'
import type { HostEnd } from '../../../src/engine/host/slots.ts'
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts'
import { anEmbeddedStore } from '../../fakes/embedded-store.ts'
import { aWorkshop, never, type Work, type Workshop } from '../workshop.ts'

let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

let shop: Workshop
let undone: string[]
beforeEach(async () => {
  shop = await aWorkshop(store)
  undone = []
})

const hourMs = 3_600_000
const failed = { state: 'failed', message: 'no seats', retry: 'never' } as const

/** A command that registers these and ends so; asked to take them back it does, last first, and fails for those that `cannot`. */
function registers(names: string[], end: HostEnd, cannot: string[] = []): void {
  const work: Work = async ({ undoes }, calls) => {
    if (undoes === undefined) {
      for (const name of names) await calls.call({ method: 'onCancel', name, timeoutMs: 1_000 })
      return end
    }
    for (const name of undoes.toReversed()) {
      undone.push(name)
      await calls.call({ method: 'tookBack', name, ms: 1, error: cannot.includes(name) ? 'closed' : undefined })
    }
    return { state: 'done', parts: [] }
  }
  shop.does(work)
}

const sleeps: HostEnd = { state: 'waits', waits: [{ kind: 'sleep', name: 'long', untilMs: 9_000_000_000_000 }] }
async function runOf(task: Task) {
  const run = await store.runs.find(task.id)
  if (run === undefined) throw new Error('the task has no record')
  return run
}
const hopsOf = async (task: Task) =>
  (await store.runs.timeline(task.id)).flatMap(({ kind, text }) => (kind === 'undone' ? [text] : []))

test.each<{ how: string; end: HostEnd }>([
  { how: 'fails for good', end: failed },
  { how: 'refuses', end: { state: 'refused', why: 'not approved' } },
  { how: 'dies of its memory', end: { state: 'killed', why: 'out-of-memory', message: 'full' } },
])('what a task registered is taken back, the last first, when it $how', async ({ end }) => {
  registers(['hotel', 'flight'], end)
  const task = shop.task('try work')
  await runTask(task, shop.engine, never)
  expect(undone).toEqual(['flight', 'hotel'])
  expect(await hopsOf(task)).toEqual(['flight', 'hotel'])
  expect(await pendingCompensations(store, shop.engine.now(), 10)).toEqual([])
  await runTask(task, shop.engine, never)
  expect(undone).toHaveLength(2)
})

test('nothing is taken back of a task that is done, or that is tried again', async () => {
  registers(['hotel'], { state: 'done', parts: [] })
  await runTask(shop.task('try work'), shop.engine, never)
  registers(['hotel'], { ...failed, retry: 'later' })
  await runTask(shop.task('try work'), shop.engine, never)
  expect(undone).toEqual([])
})

test('a task that is cancelled while it waits is taken back by whoever is woken for it', async () => {
  registers(['hotel'], sleeps)
  const task = shop.task('try work')
  await runTask(task, shop.engine, never)
  expect(await shop.taskControl.cancel(await runOf(task), 'staff:zhangsan')).toBe(true)
  expect(shop.woken).toEqual([task.id])
  await Promise.all([1, 2, 3].map(() => runTask(task, shop.engine, never)))
  expect(undone).toEqual(['hotel'])
  expect((await runOf(task)).state).toBe('cancelled')
})

test('a task that is cancelled while it runs is taken back when its attempt is over', async () => {
  const begun = Promise.withResolvers<void>()
  let isOver = false
  shop.does(async ({ undoes }, calls, signal) => {
    if (undoes !== undefined) {
      undone.push(`${undoes}, ${isOver ? 'after' : 'during'} its attempt`)
      await calls.call({ method: 'tookBack', name: 'hotel', ms: 1 })
      return { state: 'done', parts: [] }
    }
    await calls.call({ method: 'onCancel', name: 'hotel', timeoutMs: 1_000 })
    begun.resolve()
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    isOver = true
    return { ...failed, retry: 'later' }
  })
  const task = shop.task('try work')
  const running = runTask(task, shop.engine, never)
  await begun.promise
  await shop.taskControl.cancel(await runOf(task), 'staff:zhangsan')
  await running
  expect(undone).toEqual(['hotel, after its attempt'])
})

test.each(['cancelled', 'timeout'] as const)(
  'what takes back may speak, also after the task was stopped (%s)',
  async (cause) => {
    const begun = Promise.withResolvers<void>()
    const speak = (text: string): Extract<HostCall, { method: 'say' }> => ({
      method: 'say',
      name: text,
      parts: [{ kind: 'text', text }],
    })
    shop.does(async ({ undoes }, calls, signal) => {
      if (undoes !== undefined) {
        await calls.call(speak('given back'))
        await calls.call({ method: 'tookBack', name: 'hotel', ms: 1 })
        return { state: 'done', parts: [] }
      }
      await calls.call({ method: 'onCancel', name: 'hotel', timeoutMs: 1_000 })
      begun.resolve()
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
      const message = String(await calls.call(speak('still here')).catch(String))
      return { state: 'failed', message, retry: 'later' }
    })
    const task = shop.task(cause === 'timeout' ? 'try brief' : 'try work')
    const running = runTask(task, shop.engine, never)
    await begun.promise
    if (cause === 'cancelled') await shop.taskControl.cancel(await runOf(task), 'staff:zhangsan')
    await running
    expect(shop.said.filter((line) => !line.includes('time') && !line.includes('limit'))).toEqual([
      `${task.id}: given back`,
    ])
  },
)

test('what died before it was taken back is found, and waits until the attempt is surely over', async () => {
  registers(['hotel'], sleeps)
  const task = shop.task('try work')
  await runTask(task, shop.engine, never)
  // As if its process were killed while it ran: nobody takes it back or says that nobody does.
  await store.settings.set(`owed:${task.id}`, 'after its attempt')
  await store.runs.cancel(task.id, 'enough', 'x', shop.engine.now())
  expect((await pendingCompensations(store, shop.engine.now(), 10)).map(({ id }) => id)).toEqual([task.id])
  await runTask(task, shop.engine, never)
  expect(undone).toEqual([])
  shop.pass(60_000)
  await runTask(task, shop.engine, never)
  expect(undone).toEqual(['hotel'])
  expect(await pendingCompensations(store, shop.engine.now(), 10)).toEqual([])
})

test('a host that dies while it takes back is asked again for the rest', async () => {
  registers(['hotel', 'flight'], sleeps)
  const task = shop.task('try work')
  await runTask(task, shop.engine, never)
  await shop.taskControl.cancel(await runOf(task), 'staff:zhangsan')
  shop.does(async (_run, calls) => {
    await calls.call({ method: 'tookBack', name: 'flight', ms: 1 })
    return { state: 'killed', why: 'crashed', message: 'gone' }
  })
  await runTask(task, shop.engine, never)
  expect((await pendingCompensations(store, shop.engine.now(), 10)).map(({ id }) => id)).toEqual([task.id])
  registers([], failed)
  await runTask(task, shop.engine, never)
  expect(undone).toEqual(['hotel'])
})

test('what cannot be taken back is told, also when its host never survives it', async () => {
  registers(['hotel', 'flight'], failed, ['flight'])
  const task = shop.task('try work')
  await runTask(task, shop.engine, never)
  const { number } = await runOf(task)
  expect(shop.said.at(-1)).toContain(`Not all of #${number} could be taken back: flight.`)
  expect(await hopsOf(task)).toEqual(['flight: closed', 'hotel'])

  registers(['hotel'], sleeps)
  const deadly = shop.task('try work')
  await runTask(deadly, shop.engine, never)
  await shop.taskControl.cancel(await runOf(deadly), 'staff:zhangsan')
  shop.does(() => ({ state: 'killed', why: 'crashed', message: 'gone' }))
  for (let n = 0; n < 7; n++) await runTask(deadly, shop.engine, never)
  expect(await hopsOf(deadly)).toEqual(['hotel: gone'])
  expect(await pendingCompensations(store, shop.engine.now(), 10)).toEqual([])
})

test('a retry waits until all is taken back, and then begins anew', async () => {
  registers(['hotel'], sleeps)
  const task = shop.task('try work')
  await runTask(task, shop.engine, never)
  await store.steps.save(task.id, 'booked', 'room 12')
  await shop.taskControl.cancel(await runOf(task), 'staff:zhangsan')
  expect(await shop.taskControl.retry(await runOf(task), 'staff:zhangsan')).toBe(false)
  await runTask(task, shop.engine, never)
  expect(await shop.taskControl.retry(await runOf(task), 'staff:zhangsan')).toBe(true)
  expect(await store.steps.list(task.id)).toEqual([])
  shop.pass(hourMs)
  registers(['hotel'], failed)
  await runTask(task, shop.engine, never)
  expect(undone).toEqual(['hotel', 'hotel'])
})

test('a cancel of what registered nothing wakes nobody', async () => {
  shop.does(() => sleeps)
  const task = shop.task('try work')
  await runTask(task, shop.engine, never)
  await shop.taskControl.cancel(await runOf(task), 'staff:zhangsan')
  expect(shop.woken).toEqual([])
  expect(await pendingCompensations(store, shop.engine.now(), 10)).toEqual([])
})
