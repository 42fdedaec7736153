import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Wait, WaitOrder } from '../../../src/core/task/wait.ts'
import { runTask } from '../../../src/engine/attempt/run-task.ts'
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts'
import { anEmbeddedStore } from '../../fakes/embedded-store.ts'
import { aWorkshop, never } from '../workshop.ts'

/* What a task has kept may be more than is held at once: whoever deals with the task reads what they need of it. */

let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

const large = 'x'.repeat(5 * 1024 * 1024)
const common = { withinMs: 3_600_000 } as const
const orders: WaitOrder[] = [
  { kind: 'approval', name: 'pay', notSelf: false, count: 1, ...common },
  { kind: 'answer', name: 'way', question: 'Which way?', from: 'asker', ...common },
  { kind: 'answer', name: 'day', question: 'Which day?', from: 'asker', ...common },
]

test.each(['done', 'failed', 'cancelled'] as const)(
  'a task with large values waits, hears people and ends as %s, and no value of its own is read',
  async (end) => {
    const read: string[] = []
    const steps: EmbeddedStore['steps'] = {
      ...store.steps,
      async list(taskId) {
        const all = await store.steps.list(taskId)
        read.push(...all.map(({ name }) => name))
        return all
      },
      async find(taskId, name) {
        read.push(name)
        return store.steps.find(taskId, name)
      },
    }
    const shop = await aWorkshop({ ...store, steps })
    let taken: readonly string[] | undefined
    shop.does(async ({ undoes }, { call }) => {
      if (undoes !== undefined) {
        taken = undoes
        for (const name of undoes) await call({ method: 'tookBack', name, ms: 1 })
        return { state: 'done', parts: [] }
      }
      await call({ method: 'onCancel', name: 'hotel', timeoutMs: 1_000 })
      // The engine's own answers.
      const waited = (await Promise.all(orders.map((order) => call({ method: 'wait', order })))) as { waits?: Wait }[]
      const waits = waited.flatMap((each) => each.waits ?? [])
      if (waits.length > 0) return { state: 'waits', waits }
      return end === 'failed'
        ? { state: 'failed', message: 'no', retry: 'never' }
        : { state: 'done', parts: [], asked: [] }
    })
    const group = `room-${end}`
    const task = shop.task('try work', { group })
    await runTask(task, shop.engine, never)
    await store.steps.save(task.id, 'rows', large)
    const number = (await store.runs.find(task.id))?.number
    const says = (text: string) => runTask(shop.task(text, { group }), shop.engine, never)
    await says(`approve ${number}`)
    await says(`answer ${number}b left`)
    await says('today')
    if (end === 'cancelled') await says(`cancel ${number}`)
    await runTask(task, shop.engine, never)
    expect(await store.runs.find(task.id)).toMatchObject({ state: end })
    expect(taken).toEqual(end === 'done' ? undefined : ['hotel'])
    expect(read).not.toContain('rows')
    if (end === 'done') expect((await store.runs.timeline(task.id)).map(({ text }) => text).join()).toContain('"rows"')
    if (end === 'failed') {
      await says(`retry ${number}`)
      expect(read).not.toContain('rows')
    }
  },
)
