import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { runTask } from '../../../src/engine/attempt/run-task.ts'
import type { HostCall } from '../../../src/engine/host/protocol.ts'
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts'
import { anEmbeddedStore } from '../../fakes/embedded-store.ts'
import { aWorkshop, never, type Workshop } from '../workshop.ts'

let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

let shop: Workshop
beforeEach(async () => {
  shop = await aWorkshop(store)
})

const hourMs = 3_600_000
type Order = Extract<HostCall, { method: 'wait' }>['order']
const approval: Order = { kind: 'approval', name: 'publish', withinMs: hourMs, notSelf: false, count: 1 }

/** A command that does nothing but wait, as a host tells of it, and says what the wait came to. */
function waits(order: Order): void {
  shop.does(async (_run, calls) => {
    // The engine's own answer.
    const waited = (await calls.call({ method: 'wait', order })) as { waits: never } | { value: unknown }
    if ('waits' in waited) return { state: 'waits', waits: [waited.waits] }
    return { state: 'done', parts: [{ kind: 'text', text: JSON.stringify(waited.value) ?? 'nothing' }] }
  })
}

const numberOf = async (id: string) => (await store.runs.find(id))?.number
async function says(who: string, text: string): Promise<string> {
  const task = shop.task(text, { sender: who })
  await runTask(task, shop.engine, never)
  return shop.said.at(-1)?.replace(`${task.id}: `, '') ?? ''
}
const lastSaid = () => shop.said.at(-1)?.replace(/^\S+ /, '')

test('a sleeping command goes on when its time has come, and not before', async () => {
  waits({ kind: 'sleep', name: 'night', ms: hourMs })
  const task = shop.task('try work')
  const first = await runTask(task, shop.engine, never)
  expect(first).toEqual({ state: 'waits', untilMs: shop.engine.now() + hourMs })
  shop.pass(hourMs - 1)
  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'snoozed', forMs: 100 })
  shop.pass(1)
  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'done' })
  expect((await store.runs.find(task.id))?.attempt).toBe(1)
  const kinds = (await store.runs.timeline(task.id)).map(({ kind }) => kind)
  expect(kinds).toEqual(['received', 'started', 'waits', 'started', 'done'])
})

test('an approval is asked once, wakes its task, and says who gave it', async () => {
  waits(approval)
  const task = shop.task('try work')
  expect(await runTask(task, shop.engine, never)).toMatchObject({ state: 'waits' })
  expect(shop.said).toHaveLength(1)
  const number = await numberOf(task.id)

  expect(await says('zhangsan', `approve ${number} go ahead`)).toBe(`#${number} is approved and goes on.`)
  expect(shop.woken).toEqual([task.id])
  expect(await runTask(task, shop.engine, never)).toEqual({ state: 'done' })
  expect(lastSaid()).toBe('{"isApproved":true,"by":["staff:zhangsan"],"note":"go ahead"}')
})

test('whoever may not approve, votes twice, is late or is the asker reads why', async () => {
  await store.grants.put(
    { subject: 'staff:manager', scene: 'secret', command: 'show', by: 'x', at: 0 },
    'x',
    shop.engine.now(),
  )
  await store.grants.put(
    { subject: 'staff:other', scene: 'secret', command: 'show', by: 'x', at: 0 },
    'x',
    shop.engine.now(),
  )
  waits({ ...approval, by: 'secret.show', notSelf: true, count: 2 })
  const task = shop.task('try work', { sender: 'manager' })
  await runTask(task, shop.engine, never)
  const number = await numberOf(task.id)

  expect(await says('stranger', `approve ${number}`)).toBe(`#${number} is not yours to approve.`)
  expect(await says('manager', `approve ${number}`)).toContain('is your own task')
  expect(await says('other', `approve ${number}`)).toBe(`Noted. #${number} needs 1 more.`)
  expect(await says('other', `approve ${number}`)).toContain('voted on')
  expect(shop.woken).toEqual([])
  expect(await says('boss', `approve ${number}`)).toContain('is approved')
  expect(await says('boss', `reject ${number}`)).toBe(`#${number} was already approved by staff:other, staff:boss.`)
  await runTask(task, shop.engine, never)
  expect(await says('other', `approve ${number}`)).toContain('was already approved')

  const late = shop.task('try work')
  waits(approval)
  await runTask(late, shop.engine, never)
  shop.pass(hourMs)
  expect(await says('zhangsan', `approve ${await numberOf(late.id)}`)).toContain('is over')
})

test('what nobody approved in time is not approved, and a retry asks anew', async () => {
  waits(approval)
  const task = shop.task('try once')
  await runTask(task, shop.engine, never)
  shop.pass(hourMs)
  await runTask(task, shop.engine, never)
  expect(lastSaid()).toBe('{"isApproved":false,"by":[]}')

  await store.runs.reopen(task.id, [], shop.engine.now())
  expect(await runTask(task, shop.engine, never)).toMatchObject({ state: 'waits' })
  const number = await numberOf(task.id)
  expect(await says('zhangsan', `reject ${number} not this week`)).toBe(`#${number} is rejected.`)
  await runTask(task, shop.engine, never)
  expect(lastSaid()).toBe('{"isApproved":false,"by":["staff:zhangsan"],"note":"not this week"}')
})

test('of two who decide at once one is told that it was decided', async () => {
  waits({ ...approval, by: 'secret.show' })
  const task = shop.task('try work')
  await runTask(task, shop.engine, never)
  const number = await numberOf(task.id)
  await store.grants.put(
    { subject: 'staff:deputy', scene: 'secret', command: '*', by: 'x', at: 0 },
    'x',
    shop.engine.now(),
  )
  const yes = shop.task(`approve ${number}`, { sender: 'boss' })
  const no = shop.task(`reject ${number}`, { sender: 'deputy' })
  await Promise.all([runTask(yes, shop.engine, never), runTask(no, shop.engine, never)])
  expect(shop.said.filter((line) => line.includes('already'))).toHaveLength(1)
  expect(shop.woken).toEqual([task.id])
})

test('nothing waits for an approval of a task that asks for none', async () => {
  const task = shop.task('try work')
  await runTask(task, shop.engine, never)
  expect(await says('zhangsan', `approve ${await numberOf(task.id)}`)).toContain('does not wait')
  expect(await says('zhangsan', 'reject 999999')).toContain('does not wait')
})
