import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { newRunOf } from '../../src/core/task/run.ts'
import type { Task } from '../../src/core/task/task.ts'
import type { EmbeddedStore } from '../../src/store/embedded/index.ts'
import { startSweeper } from '../../workers/sweeper.ts'
import { silent } from '../engine/scene-folder.ts'
import { anEmbeddedStore } from '../fakes/embedded-store.ts'

const noon = 1_800_000_000_000
let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

function aTask(id: string): Task {
  const message = {
    id,
    from: { channel: 'staff', chat: 'lisi', chatKind: 'private' as const },
    sender: { id: 'lisi' },
    text: '',
    parts: [],
    receivedAt: noon,
  }
  return { id, lane: 'short', priority: 3, message, held: { untilMs: noon + 1_500, by: 'p1' } }
}

/** A process that sweeps at this moment, and what it found. */
function sweeping(holder: string, now: number) {
  const found = { tasks: [] as Task[], lines: [] as string[], called: [] as string[] }
  const stop = startSweeper({
    store,
    enqueue: async (task) => void found.tasks.push(task),
    promote: async (lane, id) => void found.called.push(`${lane} ${id}`),
    wakes: {
      wake: async ({ channel, chat }) => void found.lines.push(`${channel}:${chat}`),
      close: async () => undefined,
    },
    holder,
    leaseMs: 1_000,
    now: () => now,
    log: silent,
  })
  onTestFinished(stop)
  return { found, stop }
}

test('what a dead process left is found: its task, without the request that waited, and its line', async () => {
  await store.runs.start(newRunOf(aTask('dead')), noon, 10_000)
  await store.runs.start(newRunOf(aTask('alive')), noon, 600_000)
  await store.runs.create(newRunOf(aTask('ended')), noon)
  await store.runs.cancel('ended', 'cancelled', 'staff:lisi', noon)
  const delivery = {
    id: 'd1',
    to: { channel: 'staff', chat: 'lisi', chatKind: 'private' as const },
    part: { kind: 'text' as const, text: 'a' },
    createdAt: noon,
    expiresAt: noon + 3_600_000,
  }
  await store.outbox.offer([delivery], { permit: { now: noon, leaseMs: 20_000, limits: { account: [], chat: [] } } })

  const { found, stop } = sweeping('p2', noon + 60_000)
  await expect.poll(() => found.tasks.length, { timeout: 10_000 }).toBeGreaterThan(0)
  await stop()
  expect(found.tasks[0]).toEqual({ ...aTask('dead'), held: undefined })
  expect(new Set(found.tasks.map(({ id }) => id))).toEqual(new Set(['dead']))
  expect(new Set(found.lines)).toEqual(new Set(['staff:lisi']))
})

test('one whose turn under its ordering key has come, and whom nobody promoted, is promoted', async () => {
  const orderingKey = 'row-of-lisi'
  const [first, second] = ['first', 'second'].map((id) => newRunOf({ ...aTask(id), lane: 'llm', orderingKey }))
  if (first === undefined || second === undefined) return expect.fail('two were made')
  await store.orderingKeys.join(first, orderingKey, noon)
  await store.orderingKeys.join(second, orderingKey, noon, noon + 600_000)
  const { found, stop } = sweeping('p5', noon + 60_000)
  await expect.poll(() => found.lines.length + found.tasks.length, { timeout: 10_000 }).toBeGreaterThan(0)
  expect(found.called).toEqual([])
  await store.runs.cancel('first', 'cancelled', 'staff:lisi', noon)
  await expect.poll(() => found.called, { timeout: 10_000 }).toContain('llm second')
  await stop()
})

test('one process sweeps at a time, and the next takes over when it stops', async () => {
  const first = sweeping('p3', noon + 60_000)
  await expect.poll(() => first.found.lines.length, { timeout: 10_000 }).toBeGreaterThan(0)
  const second = sweeping('p4', noon + 60_000)
  const before = first.found.lines.length
  await expect.poll(() => first.found.lines.length, { timeout: 10_000 }).toBeGreaterThan(before)
  expect(second.found.lines).toEqual([])
  await first.stop()
  await expect.poll(() => second.found.lines.length, { timeout: 10_000 }).toBeGreaterThan(0)
})
