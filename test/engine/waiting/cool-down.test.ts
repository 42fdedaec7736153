import { afterAll, beforeAll, expect, test } from 'vitest'
import { runTask } from '../../../src/engine/attempt/run-task.ts'
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts'
import { anEmbeddedStore } from '../../fakes/embedded-store.ts'
import { aWorkshop, never, type Work } from '../workshop.ts'

let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

/** A command that rests for a second, and says how much of it is left. */
const resting =
  (name: string, forMs = 1_000): Work =>
  async (_, calls) => ({
    state: 'done',
    parts: [{ kind: 'text', text: String(await calls.call({ method: 'coolDown', name, forMs })) }],
  })

test('a chat has something once in its time, and each chat and name for itself', async () => {
  const shop = await aWorkshop(store)
  const answer = async (group: string, work: Work) => {
    shop.does(work)
    await runTask(shop.task('try work', { group }), shop.engine, never)
    return shop.said.at(-1)?.split(': ')[1]
  }
  expect(await answer('g1', resting('cat'))).toBe('0')
  shop.pass(400)
  expect(await answer('g1', resting('cat'))).toBe('600')
  expect(await answer('g2', resting('cat'))).toBe('0')
  expect(await answer('g1', resting('dog'))).toBe('0')
  expect(await answer('g1', resting('cat', 0))).toBe('0')
  shop.pass(601)
  expect(await answer('g1', resting('cat'))).toBe('0')
})

test('a later attempt at the same task is not kept off by the first', async () => {
  const shop = await aWorkshop(store)
  const left: unknown[] = []
  shop.does(async (run, calls) => {
    left.push(await calls.call({ method: 'coolDown', name: 'again', forMs: 60_000 }))
    if (run.attempt === 1) return { state: 'failed', message: 'oh', retry: 'later' }
    return { state: 'done', parts: [] }
  })
  const task = shop.task('try work')
  await runTask(task, shop.engine, never)
  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'done' })
  expect(left).toEqual([0, 0])
})

test('a message that is not for the command after all is ignored, for a reason and without a word', async () => {
  const shop = await aWorkshop(store)
  shop.does(() => ({ state: 'ignored', why: 'it is for other groups' }))
  const task = shop.task('try work')
  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'ignored', why: 'it is for other groups' })
  expect(shop.said).toEqual([])
  expect(await store.runs.find(task.id)).toMatchObject({ state: 'ignored', why: 'it is for other groups' })
})
