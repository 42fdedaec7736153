import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { topicOf } from '../../src/dashboard/api/topic.ts'
import type { Signals } from '../../src/store/store.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const log = { debug() {}, info() {}, warn() {}, error() {} }

/** Signals of a store that may be away: who listens, and a way to publish. */
function theSignals() {
  const subscribed = new Set<(payload: unknown) => void>()
  const state = { isAway: false }
  const signals: Signals = {
    async publish(_topic, payload) {
      for (const listener of subscribed) listener(payload)
    },
    async subscribe(_topic, listener) {
      await Promise.resolve()
      if (state.isAway) throw new Error('away')
      const own = (payload: unknown): void => listener(payload)
      subscribed.add(own)
      return async () => void subscribed.delete(own)
    },
  }
  return { signals, subscribed, state }
}

test('whoever joins while the one before them is still to be tried again hears each hint once', async () => {
  const { signals, subscribed, state } = theSignals()
  const topic = topicOf(signals, 'task', log)
  const heard: unknown[] = []
  state.isAway = true
  topic.join(() => undefined)()
  const leave = topic.join(() => undefined)
  await vi.advanceTimersByTimeAsync(0)
  leave()
  state.isAway = false
  const leaveAgain = topic.join((payload) => void heard.push(payload))
  await vi.advanceTimersByTimeAsync(10_000)
  await signals.publish('task', 1)
  expect(heard).toEqual([1])
  leaveAgain()
  await vi.advanceTimersByTimeAsync(0)
  expect(subscribed.size).toBe(0)
})

test('however people come and go and the store does, there is one subscription while anybody listens, and none after', async () => {
  const move = fc.constantFrom('join', 'leave', 'away', 'back', 'moment', 'wait')
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 25 }), async (moves) => {
      const { signals, subscribed, state } = theSignals()
      const topic = topicOf(signals, 'task', log)
      const leaves: (() => void)[] = []
      const heard: unknown[] = []
      const acts: Record<(typeof moves)[number], () => unknown> = {
        join: () => leaves.push(topic.join((payload) => void heard.push(payload))),
        leave: () => leaves.shift()?.(),
        away: () => Object.assign(state, { isAway: true }),
        back: () => Object.assign(state, { isAway: false }),
        moment: () => vi.advanceTimersByTimeAsync(0),
        wait: () => vi.advanceTimersByTimeAsync(1_000),
      }
      for (const each of moves) await acts[each]()
      state.isAway = false
      await vi.advanceTimersByTimeAsync(10_000)
      expect(subscribed.size).toBe(leaves.length > 0 ? 1 : 0)
      await signals.publish('task', 1)
      expect(heard).toHaveLength(leaves.length)
      for (const leave of leaves) leave()
      await vi.advanceTimersByTimeAsync(0)
      expect(subscribed.size).toBe(0)
    }),
    { numRuns: 200 },
  )
})
