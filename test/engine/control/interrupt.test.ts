import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newRunOf } from '../../../src/core/task/run.ts'
import type { Task } from '../../../src/core/task/task.ts'
import { runTask } from '../../../src/engine/attempt/run-task.ts'
import { type Interrupt, openInterrupt } from '../../../src/engine/control/interrupt.ts'
import { mayReplace } from '../../../src/engine/control/last-word.ts'
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts'
import { anEmbeddedStore } from '../../fakes/embedded-store.ts'
import { aWorkshop, never, type Workshop } from '../workshop.ts'

let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

let shop: Workshop
let interrupt: Interrupt
beforeEach(async () => {
  shop = await aWorkshop(store)
  const { say, languages, changed, now, log } = shop.engine
  interrupt = openInterrupt({
    store,
    say,
    languages,
    changed,
    now,
    log,
    memory: 'person',
    endCalled: async () => undefined,
    promote: async (_lane, id) => void shop.woken.push(id),
  })
})

const takeUp = (task: Task) => runTask(task, shop.engine, never)

let orderingKeys = 0
/** Two in a row of their own. */
async function anOlderAndANewer() {
  const orderingKey = `row-${++orderingKeys}`
  const older: Task = { ...shop.task('try work a'), orderingKey }
  const newer: Task = { ...shop.task('try work b'), orderingKey }
  await store.orderingKeys.join(newRunOf(older), orderingKey, shop.engine.now())
  const { run } = await store.orderingKeys.join(newRunOf(newer), orderingKey, shop.engine.now())
  return { older, newer: run, orderingKey }
}

test('a newer task takes the place of one that runs, whose person is told', async () => {
  const { older, newer, orderingKey } = await anOlderAndANewer()
  await store.runs.start(newRunOf(older), shop.engine.now(), 10_000)
  await interrupt(newer)
  expect(await store.runs.find(older.id)).toMatchObject({ state: 'cancelled', why: expect.stringContaining('取代') })
  expect((await store.orderingKeys.head(orderingKey))?.id).toBe(newer.id)
  expect(shop.said).toEqual([expect.stringContaining('took its place')])
})

test('one that is about to say its last word is not replaced: it ends by itself', async () => {
  const { older, newer, orderingKey } = await anOlderAndANewer()
  const { say } = shop.engine
  shop.engine.say = async (said) => {
    await interrupt(newer)
    await say(said)
  }
  await takeUp(older)
  expect(shop.said).toEqual([expect.stringContaining(': answer')])
  expect(await store.runs.find(older.id)).toMatchObject({ state: 'done' })
  expect((await store.orderingKeys.head(orderingKey))?.id).toBe(newer.id)
})

test('one that was to be replaced by a process that died before is answered at its next attempt', async () => {
  const { older } = await anOlderAndANewer()
  const { state } = await store.runs.start(newRunOf(older), shop.engine.now(), 10_000)
  expect(state).toBe('go')
  const run = await store.runs.find(older.id)
  expect(run && (await mayReplace(run, store))).toBe(true)
  shop.pass(20_000)
  await takeUp(older)
  expect(shop.said).toEqual([expect.stringContaining(': answer')])
  expect(await store.runs.find(older.id)).toMatchObject({ state: 'done' })
})

test('one that is replaced does not answer any more, also when it had its answer already', async () => {
  const { older, newer } = await anOlderAndANewer()
  shop.does(async () => {
    await interrupt(newer)
    return { state: 'done', parts: [{ kind: 'text', text: 'answer' }] }
  })
  await takeUp(older)
  expect(shop.said).toEqual([expect.stringContaining('took its place')])
  expect(await store.runs.find(older.id)).toMatchObject({ state: 'cancelled' })
})
