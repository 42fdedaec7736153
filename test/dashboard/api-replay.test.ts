import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Store } from '../../src/store/store.ts'
import { aMessage, aWorld, runOf, token, type World } from './world.ts'

let world: World
let replaying: World
/** Grows with each read of a run, and with each subscription that begins and ends. */
const seen = { reads: 0, subscribed: 0, left: 0 }
let beginning = async (): Promise<void> => undefined

beforeAll(async () => {
  world = await aWorld()
  const { runs, signals } = world.store
  const store: Store = {
    ...world.store,
    runs: {
      ...runs,
      find(id) {
        seen.reads += 1
        return runs.find(id)
      },
    },
    signals: {
      ...signals,
      async subscribe(...given) {
        const stop = await signals.subscribe(...given)
        seen.subscribed += 1
        return async () => {
          seen.left += 1
          await stop()
        }
      },
    },
  }
  await runs.create(runOf(aMessage('past', 'demo sleep 1')), Date.now())
  replaying = await world.again(
    {},
    {
      store,
      async replay(_, { id }) {
        await beginning()
        return (await runs.create(runOf(aMessage(id, 'demo sleep 1')), Date.now())).run
      },
      replayed: async () => ({ of: { id: 'past', number: 1 }, isDry: true, was: { state: 'done' } }),
    },
  )
})
afterAll(async () => {
  await replaying.close()
  await world.close()
})

const body = JSON.stringify({ dry: true, waitMs: 30_000 })
const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
const replay = (signal?: AbortSignal) =>
  fetch(`${replaying.url}/api/tasks/past/replay`, { method: 'POST', headers, body, signal: signal ?? null })

async function lastId(): Promise<string> {
  const [newest] = await world.store.runs.list({}, 1)
  return newest?.id ?? ''
}

test('a replay is answered when its end is told, and hardly read until then', async () => {
  const { reads, subscribed } = seen
  const answer = replay()
  await expect.poll(() => seen.subscribed).toBe(subscribed + 1)
  const id = await lastId()
  await world.store.runs.cancel(id, 'enough', 'admin', Date.now())
  await world.store.signals.publish('task', { ids: [id] })
  expect(await (await answer).json()).toMatchObject({ id, state: 'cancelled' })
  expect(seen.reads - reads).toBeLessThan(8)
})

test('nothing is looked for on behalf of a caller who has hung up', async () => {
  const { subscribed, left } = seen
  const hangUp = new AbortController()
  const answer = replay(hangUp.signal)
  await expect.poll(() => seen.subscribed).toBe(subscribed + 1)
  hangUp.abort()
  await expect(answer).rejects.toThrow()
  await expect.poll(() => seen.left).toBe(left + 1)
})

test('nor on behalf of one who hung up while it was being begun', async () => {
  const { subscribed, left } = seen
  const hangUp = new AbortController()
  const held = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  beginning = async () => {
    asked.resolve()
    await held.promise
  }
  const answer = replay(hangUp.signal)
  await asked.promise
  hangUp.abort()
  await expect(answer).rejects.toThrow()
  // The server has noticed by the time it answers somebody else.
  await replaying.callAs('/api/overview')
  held.resolve()
  await expect.poll(() => seen.subscribed).toBe(subscribed + 1)
  await expect.poll(() => seen.left).toBe(left + 1)
})
