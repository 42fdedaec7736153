import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Task } from '../../src/core/task/task.ts'
import { noticeOf } from '../../src/ingress/notice.ts'
import type { EmbeddedStore } from '../../src/store/embedded/index.ts'
import { anEmbeddedStore } from '../fakes/embedded-store.ts'

let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

const task = (id: string): Task => ({
  id,
  lane: 'long',
  priority: 1,
  route: { scene: 'demo', command: 'sleep', rest: '5' },
  message: {
    id,
    from: { channel: 'staff', chat: 'LiSi', chatKind: 'private' },
    sender: { id: 'LiSi' },
    text: 'demo sleep 5',
    parts: [],
    receivedAt: 990,
  },
})
const ports = (ahead: number) => ({ runs: store.runs, ahead: async () => ahead, now: () => 1_000 })

test('a notice names the number, the place and how to stop it', async () => {
  const first = await noticeOf(task('t1'), ports(0))
  const { number } = (await store.runs.find('t1')) ?? { number: 0 }
  expect(first).toEqual({
    zh: `已收到 #${number}，排在最前。要停止请发 cancel ${number}`,
    en: `Got it: #${number}, next in line. To stop it, send "cancel ${number}".`,
  })
  expect(await noticeOf(task('t2'), ports(3))).toEqual({
    zh: `已收到 #${number + 1}，前面还有 3 个。要停止请发 cancel ${number + 1}`,
    en: `Got it: #${number + 1}, 3 ahead of it. To stop it, send "cancel ${number + 1}".`,
  })
})

test('by then the task has a record that can be looked at and cancelled', async () => {
  await noticeOf(task('t3'), ports(2))
  expect(await store.runs.find('t3')).toMatchObject({ state: 'waiting', owner: 'staff:lisi' })
  expect(await store.runs.timeline('t3')).toMatchObject([
    { kind: 'received', at: 990 },
    { kind: 'noticed', at: 1_000, text: '2 ahead' },
  ])
})

test('a twin gets no second notice', async () => {
  expect(await noticeOf(task('t4'), ports(0))).toBeDefined()
  expect(await noticeOf(task('t4'), ports(0))).toBeUndefined()
})
