import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newRunOf, type Run } from '../../../src/core/task/run.ts'
import type { Task } from '../../../src/core/task/task.ts'
import { runTask } from '../../../src/engine/attempt/run-task.ts'
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts'
import { anEmbeddedStore } from '../../fakes/embedded-store.ts'
import { aWorkshop, never, type Workshop } from '../workshop.ts'

let store: EmbeddedStore
let shop: Workshop
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())
beforeEach(async () => {
  shop = await aWorkshop(store)
})

async function aRun(task: Task): Promise<Run> {
  return (await store.runs.create(newRunOf(task), shop.engine.now())).run
}

test('a waiting task that is cancelled never runs, and its owner who asked is told nothing more', async () => {
  const task = shop.task('try work')
  const run = await aRun(task)
  expect(await shop.taskControl.cancel(run, run.owner)).toBe(true)
  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'done' })
  expect(shop.said).toEqual([])
  expect(await store.runs.find(task.id)).toMatchObject({ state: 'cancelled', why: 'cancelled by staff:zhangsan' })
})

test('when somebody else cancels it, its owner is told and the audit knows', async () => {
  const task = shop.task('try work')
  const run = await aRun(task)
  expect(await shop.taskControl.cancel(run, 'staff:boss')).toBe(true)
  expect(shop.said).toEqual([`${task.id}: #${run.number} was cancelled.`])
  expect((await store.grants.audit(1))[0]).toMatchObject({ by: 'staff:boss', what: `cancel #${run.number}` })
})

test('what has ended is not cancelled, and what is live is not retried', async () => {
  const task = shop.task('try work')
  const run = await aRun(task)
  expect(await shop.taskControl.retry(run, run.owner)).toBe(false)
  await runTask(task, shop.engine, never)
  expect(await shop.taskControl.cancel(run, run.owner)).toBe(false)
  expect(shop.queued).toEqual([])
})

test('a retry runs the task again under its number, and what it says then is new', async () => {
  const task = { ...shop.task('try once'), held: { untilMs: shop.engine.now() + 1_000, by: 'p1' } }
  shop.does(() => ({ state: 'failed', message: 'broken', retry: 'later' }))
  await runTask(task, shop.engine, never)
  const failed = await store.runs.find(task.id)
  if (failed === undefined) throw new Error('it has run')
  expect(await shop.taskControl.retry(failed, 'staff:boss')).toBe(true)
  expect(shop.queued).toMatchObject([{ id: task.id, priority: 0 }])
  expect(shop.queued[0]?.held).toBeUndefined()

  shop.does(({ attempt, taskNumber }) => ({
    state: 'done',
    parts: [{ kind: 'text', text: `${attempt} of #${taskNumber}` }],
  }))
  expect(await runTask(shop.queued[0] ?? task, shop.engine, never)).toEqual({ state: 'done' })
  expect(await store.runs.find(task.id)).toMatchObject({ state: 'done', generation: 1, number: failed.number })
  expect(shop.said.at(-1)).toBe(`${task.id}: 1 of #${failed.number}`)
})

test('two who cancel at once are one cancel', async () => {
  const run = await aRun(shop.task('try work'))
  const both = await Promise.all([
    shop.taskControl.cancel(run, 'staff:boss'),
    shop.taskControl.cancel(run, 'staff:deputy'),
  ])
  expect(both.toSorted()).toEqual([false, true])
  expect(shop.said).toHaveLength(1)
})
