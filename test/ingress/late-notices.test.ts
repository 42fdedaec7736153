import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { plainText } from '../../src/core/message/part.ts'
import type { Task } from '../../src/core/task/task.ts'
import { openLateNotices } from '../../src/ingress/late-notices.ts'
import type { EmbeddedStore } from '../../src/store/embedded/index.ts'
import { silent } from '../engine/scene-folder.ts'
import { anEmbeddedStore } from '../fakes/embedded-store.ts'

let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

let said: string[]
let now: number
let made = 0
beforeEach(() => {
  said = []
  now = 1_800_000_000_000
})

function aTask(person = `p${++made}`): Task {
  const id = `late-${++made}`
  const from = { channel: 'qq', chat: 'g1', chatKind: 'group' } as const
  return {
    id,
    lane: 'llm',
    priority: 0,
    message: { id, from, sender: { id: person }, text: '#hi', parts: [], receivedAt: now },
  }
}

function notices(afterMs: number) {
  const late = openLateNotices({
    afterMs,
    runs: store.runs,
    ahead: async () => 2,
    say: async ({ parts }) => void said.push(plainText(parts)),
    languageOf: async () => 'en',
    now: () => now,
    log: silent,
  })
  onTestFinished(() => late.close())
  return late
}

test('who waits is told the number and the place', async () => {
  notices(1).watch(aTask())
  await expect.poll(() => said).toEqual([expect.stringMatching(/^#\d+: 2 ahead of it, please wait\./)])
})

test('who is being answered is told that', async () => {
  const task = aTask()
  await store.runs.start({ id: task.id, task, owner: 'qq:x', events: [] }, now, 10_000)
  notices(1).watch(task)
  await expect.poll(() => said).toEqual([expect.stringContaining('being answered')])
})

test('who has the answer is told nothing, and who asks much at once is told once', async () => {
  const done = aTask()
  await store.runs.start({ id: done.id, task: done, owner: 'qq:x', events: [] }, now, 10_000)
  await store.runs.finish(done.id, 1, { state: 'done' }, [], now)
  const late = notices(1)
  for (const task of [done, aTask('busy'), aTask('busy'), aTask('busy')]) late.watch(task)
  late.watch(aTask('other'))
  await expect.poll(() => said.length).toBe(2)
  now += 60_000
  late.watch(aTask('busy'))
  await expect.poll(() => said.length).toBe(3)
})
