import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Task } from '../../../src/core/task/task.ts'
import type { Wait } from '../../../src/core/task/wait.ts'
import { runTask } from '../../../src/engine/attempt/run-task.ts'
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts'
import { type MortalStore, mortal } from '../../fakes/cut-short.ts'
import { anEmbeddedStore } from '../../fakes/embedded-store.ts'
import { aWorkshop, never } from '../workshop.ts'

/* A fan-out bears it that its process dies after any write, and that the store is away at any operation. */

let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

interface Told {
  last: string | undefined
  state: string | undefined
  failures: number
  /** How often the command of a child task was called. */
  worked: number
  operations: number
  /** Whether the mishap came. */
  came: boolean
}

/** A task with three child tasks, two at a time, of which the second fails. */
async function told(begin: (life: MortalStore) => void): Promise<Told> {
  const life = mortal(store)
  const shop = await aWorkshop(life.store)
  let worked = 0
  shop.does(async ({ piece }, { call }) => {
    if (piece !== undefined) {
      worked += 1
      if (piece.item === 'b') return { state: 'failed', message: 'no b', retry: 'never' }
      return { state: 'piece', value: `${String(piece.item)}!` }
    }
    const order = { name: 'items', items: ['a', 'b', 'c'], atOnce: 2, attempts: 1 }
    // The engine's own answer.
    const fanned = (await call({ method: 'all', order })) as { waits: Wait } | { ends: unknown }
    if ('waits' in fanned) return { state: 'waits', waits: [fanned.waits] }
    return { state: 'done', parts: [{ kind: 'text', text: JSON.stringify(fanned.ends) }] }
  })
  const { say } = shop.engine
  shop.engine.say = async (what) => (life.isDead() ? Promise.reject(new Error('this process is dead')) : say(what))
  const task = shop.task('try work')
  begin(life)
  let came = false
  const run = async (one: Task): Promise<void> => {
    await runTask(one, shop.engine, never).catch(() => {
      came = true
    })
    // What is under way is taken up again by another process.
    if (life.revive()) came = true
  }
  const known = new Map<string, Task>([[task.id, task]])
  const isOver = async () => (await store.runs.find(task.id))?.state === 'done'
  for (let round = 0; round < 30 && !(await isOver()); round++) {
    for (const one of known.values()) await run(one)
    for (const one of shop.queued.splice(0)) known.set(one.id, one)
    shop.pass(shop.engine.leaseMs + 60_000)
  }
  const operations = life.back()
  const runs = await Promise.all([...known.keys()].map((id) => store.runs.find(id)))
  const failures = runs.reduce((sum, each) => sum + (each?.failures ?? 0), 0)
  const last = shop.said.findLast((line) => line.startsWith(`${task.id}: `))?.slice(task.id.length)
  return { last, state: (await store.runs.find(task.id))?.state, failures, worked, operations, came }
}

test('a fan-out comes to the same while the store is away for a moment, and no child task fails by it or is done again', async () => {
  const { operations, ...expected } = await told((life) => life.awayAt(0, 'undone'))
  expect(expected.state).toBe('done')
  const places = Array.from({ length: operations }, (_, place) => place + 1)
  await Promise.all(
    places.flatMap((place) =>
      (['undone', 'unheard'] as const).map(async (how) => {
        const { last, state, failures, worked } = await told((life) => life.awayAt(place, how))
        expect({ last, state, failures, worked }, `away at ${place}, ${how}`).toEqual({
          last: expected.last,
          state: 'done',
          failures: expected.failures,
          worked: expected.worked,
        })
      }),
    ),
  )
})

test('a fan-out comes to the same when its process dies after any write', async () => {
  const expected = await told(() => undefined)
  for (let writes = 1; ; writes++) {
    const killed = await told((life) => life.dieAfter(writes))
    if (!killed.came) break
    expect({ last: killed.last, state: killed.state }, `dead after ${writes} writes`).toEqual({
      last: expected.last,
      state: 'done',
    })
  }
})
