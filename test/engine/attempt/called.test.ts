import { afterAll, beforeAll, expect, test } from 'vitest'
import { plainText } from '../../../src/core/message/part.ts'
import { newRunOf } from '../../../src/core/task/run.ts'
import type { Task } from '../../../src/core/task/task.ts'
import { runTask } from '../../../src/engine/attempt/run-task.ts'
import { keepSaid, saidBy } from '../../../src/engine/llm/tools/keep-said.ts'
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts'
import { anEmbeddedStore } from '../../fakes/embedded-store.ts'
import { aWorkshop, never, type Workshop } from '../workshop.ts'

let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

const HOUR_MS = 3_600_000

/** A workshop in which a task has begun, and one that its model has called. */
async function aCall(text: string): Promise<{ shop: Workshop; parent: Task; child: Task }> {
  const shop = await aWorkshop(store)
  const say = keepSaid(shop.engine.say, { store, filesKeptMs: HOUR_MS, now: shop.engine.now })
  shop.engine.say = say
  const parent = shop.task('try work')
  const { run } = await store.runs.create(newRunOf(parent), shop.engine.now())
  return { shop, parent, child: { ...shop.task(text), parent: { id: parent.id, number: run.number } } }
}

const kept = async (task: Task): Promise<string> => plainText(await saidBy(task.id, store.steps))

test('what a called task says is kept for its caller, who is told of its end, and not sent', async () => {
  const { shop, parent, child } = await aCall('try work')
  expect(await runTask(child, shop.engine, never)).toEqual({ state: 'done' })
  expect(shop.said).toEqual([])
  expect(await kept(child)).toBe('answer')
  expect(shop.woken).toEqual([parent.id])
  expect((await store.steps.list(parent.id)).map(({ name }) => name)).toEqual([`signal:task:${child.id}`])
})

test('the bytes it says lie among the files', async () => {
  const { shop, child } = await aCall('try work')
  const base64 = Buffer.from('a picture').toString('base64')
  shop.does(() => ({ state: 'done', parts: [{ kind: 'image', name: 'a.png', media: { source: 'inline', base64 } }] }))
  await runTask(child, shop.engine, never)
  const [part] = await saidBy(child.id, store.steps)
  expect(part).toMatchObject({ kind: 'image', name: 'a.png', media: { source: 'kept' } })
  const fileId = part?.kind === 'image' && part.media.source === 'kept' ? part.media.fileId : ''
  expect(Buffer.from((await store.files.get(fileId, shop.engine.now()))?.bytes ?? []).toString()).toBe('a picture')
})

test('whose caller has ended is not run', async () => {
  const { shop, parent, child } = await aCall('try work')
  await store.runs.cancel(parent.id, 'no', 'lisi', shop.engine.now())
  expect(await runTask(child, shop.engine, never)).toMatchObject({ state: 'cancelled' })
  expect(await store.runs.find(child.id)).toMatchObject({
    state: 'cancelled',
    why: expect.stringContaining('called it'),
  })
})

test('run again by a person it answers them', async () => {
  const { shop, child } = await aCall('try work')
  await runTask(child, shop.engine, never)
  const run = (await store.runs.find(child.id)) ?? expect.fail('it is there')
  await shop.taskControl.retry(run, run.owner)
  await runTask(child, shop.engine, never)
  expect(shop.said).toEqual([`${child.id}: answer`])
})

test('a command that wants it runs when its asker agrees, and waits without a slot until then', async () => {
  const { shop, child } = await aCall('try risky')
  let runs = 0
  shop.does(() => {
    runs += 1
    return { state: 'done', parts: [{ kind: 'text', text: 'done it' }] }
  })
  expect(await runTask(child, shop.engine, never)).toMatchObject({ state: 'waits' })
  const { number } = (await store.runs.find(child.id)) ?? expect.fail('it is there')
  expect(shop.said).toHaveLength(1)
  expect(runs).toBe(0)
  await runTask(shop.task(`approve ${number}`, { sender: 'lisi' }), shop.engine, never)
  expect(await runTask(child, shop.engine, never)).toMatchObject({ state: 'snoozed' })
  await runTask(shop.task(`approve ${number}`), shop.engine, never)
  expect(await runTask(child, shop.engine, never)).toEqual({ state: 'done' })
  expect(runs).toBe(1)
  expect(await kept(child)).toBe('done it')
})

test.for([
  ['a rejected one', 'reject', 0, 'It was not agreed to and was not run.'],
  ['one that nobody agreed to in time', undefined, HOUR_MS, 'Nobody agreed in time; it was not run.'],
] as const)('%s is refused, and its caller told why', async ([, word, passMs, told]) => {
  const { shop, child } = await aCall('try risky')
  await runTask(child, shop.engine, never)
  const { number } = (await store.runs.find(child.id)) ?? expect.fail('it is there')
  if (word !== undefined) await runTask(shop.task(`${word} ${number}`), shop.engine, never)
  shop.pass(passMs)
  expect(await runTask(child, shop.engine, never)).toMatchObject({ state: 'refused' })
  expect(await kept(child)).toBe(told)
})
