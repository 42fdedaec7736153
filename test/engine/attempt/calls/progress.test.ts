import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { newRunOf } from '../../../../src/core/task/run.ts'
import { openProgress } from '../../../../src/engine/attempt/calls/progress.ts'
import { silent } from '../../scene-folder.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function aProgress() {
  const shown: unknown[] = []
  const from = { channel: 'staff', chat: 'zhangsan', chatKind: 'private' } as const
  const message = { id: 'm', from, sender: { id: 'zhangsan' }, text: 'go', parts: [], receivedAt: 0 }
  const made = newRunOf({ id: 'staff-m', lane: 'long', message, priority: 0 })
  const run = {
    ...made,
    number: 1,
    fencingToken: 1,
    generation: 0,
    attempt: 1,
    failures: 0,
    state: 'running' as const,
    leaseUntil: 0,
    createdAt: 0,
  }
  const runs = { progress: async (_id: string, _epoch: number, what: unknown) => void shown.push(what) }
  const progress = openProgress(run, { store: { runs }, changed: () => undefined, now: () => Date.now(), log: silent })
  return { shown, progress }
}

test('of much progress in a moment the first and the last are shown', async () => {
  const { shown, progress } = aProgress()
  for (const percent of [10, 20, 30, 60]) progress.show(percent, `at ${percent}`)
  await vi.advanceTimersByTimeAsync(0)
  expect(shown).toEqual([{ percent: 10, text: 'at 10' }])
  await vi.advanceTimersByTimeAsync(300)
  expect(shown).toEqual([
    { percent: 10, text: 'at 10' },
    { percent: 60, text: 'at 60' },
  ])
  await vi.advanceTimersByTimeAsync(8_000)
  expect(shown).toHaveLength(2)
})

test('what is still kept back is shown at the end, and the last hundredth at once', async () => {
  const { shown, progress } = aProgress()
  progress.show(10, undefined)
  progress.show(100, undefined)
  progress.show(42, 'again')
  await progress.end()
  expect(shown.at(-1)).toEqual({ percent: 42, text: 'again' })
  expect(shown).toHaveLength(3)
})
