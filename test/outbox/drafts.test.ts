import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Draft } from '../../src/core/delivery/draft.ts'
import { deliveryId, openDrafts, sayingId } from '../../src/outbox/drafts.ts'
import { aRun } from '../contracts/store/samples.ts'
import { silent } from '../engine/scene-folder.ts'
import { fakeChannel } from '../fakes/channel.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function aStage(showDraft?: (draft: Draft) => Promise<void>) {
  const shown: Draft[] = []
  const channel = fakeChannel({
    can: { drafts: { show: showDraft ?? (async (draft) => void shown.push(draft)) } },
  })
  const drafts = openDrafts({ channels: new Map([['staff', channel]]), now: () => Date.now(), log: silent })
  const { task } = aRun()
  return { shown, drafts, task, grow: (text: string) => drafts.show({ task, generation: 2, name: 'answer', text }) }
}

test('a draft bears the id of the delivery it becomes', () => {
  const { shown, task, grow } = aStage()
  grow('a')
  expect(shown).toMatchObject([
    { id: deliveryId(sayingId(task.id, 2, 'answer'), 0), taskId: task.id, to: task.message.from, text: 'a' },
  ])
})

test('however fast an answer grows it is shown five times a second at most, the newest last', async () => {
  const { shown, grow } = aStage()
  for (let words = 1; words <= 100; words++) {
    grow('x'.repeat(words))
    await vi.advanceTimersByTimeAsync(10)
  }
  await vi.advanceTimersByTimeAsync(500)
  expect(shown.length).toBeLessThanOrEqual(7)
  expect(shown.at(-1)?.text).toHaveLength(100)
  const gaps = shown.slice(1).map(({ at }, place) => at - (shown[place]?.at ?? 0))
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(190)
})

test('a long answer is shown less often', async () => {
  const { shown, grow } = aStage()
  for (let more = 0; more < 19; more++) {
    grow('x'.repeat(50_000 + more))
    await vi.advanceTimersByTimeAsync(100)
  }
  expect(shown).toHaveLength(2)
})

test('once the task says something, no draft of before goes out any more', async () => {
  const { shown, drafts, task, grow } = aStage()
  grow('a')
  grow('ab')
  drafts.end(task.id)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(shown.map(({ text }) => text)).toEqual(['a'])
  grow('anew')
  expect(shown.at(-1)?.text).toBe('anew')
})

test('one that could not be shown is forgotten, and a channel that cannot is never asked', async () => {
  let tries = 0
  const { grow } = aStage(async () => {
    tries += 1
    throw new Error('away')
  })
  grow('a')
  await vi.advanceTimersByTimeAsync(300)
  grow('ab')
  expect(tries).toBe(2)
  await vi.advanceTimersByTimeAsync(1_000)
  const channel = fakeChannel()
  const drafts = openDrafts({ channels: new Map([['staff', channel]]), now: () => 0, log: silent })
  drafts.show({ task: aRun().task, generation: 0, name: 'answer', text: 'a' })
  expect(channel.sent).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})
