import { describe, expect, test } from 'vitest'
import type { Wait } from '../../../src/core/task/wait.ts'
import type { Runs } from '../../../src/store/store.ts'
import { aRun, minute, mustStart, noon, type StoreUnderTest, second, unique } from './samples.ts'

export function turnsContract(store: StoreUnderTest): void {
  const start = (run: Parameters<Runs['start']>[0], now = noon) => store().runs.start(run, now, 30 * second)
  const finish = (run: { id: string; fencingToken: number }) =>
    store().runs.finish(run.id, run.fencingToken, { state: 'done' }, [], noon)
  const isHeld = { state: 'held', untilMs: expect.any(Number) }

  describe('runs: turns', () => {
    test('one of a turn is under way at a time, in the order in which they came', async () => {
      const attemptKey = unique('turn')
      const [a, b, c] = [aRun({ attemptKey }), aRun({ attemptKey }), aRun({ attemptKey })]
      const first = await mustStart(store(), a, noon)
      expect(await start(b)).toEqual(isHeld)
      expect(await start(c)).toEqual(isHeld)
      expect(await store().runs.find(b.id)).toMatchObject({ state: 'waiting', attempt: 0 })
      expect(await store().runs.timeline(b.id)).toEqual(b.events)

      expect(await finish(first)).toBe(true)
      expect(await start(c)).toEqual(isHeld)
      const second = await mustStart(store(), b, noon)
      expect(second).toMatchObject({ attempt: 1, fencingToken: 1, startedAt: noon })
      expect(await start(c)).toEqual(isHeld)
      expect(await finish(second)).toBe(true)
      expect(await mustStart(store(), c, noon)).toMatchObject({ attempt: 1 })
    })

    test('whoever is held looks again soon, the later in the turn the later', async () => {
      const attemptKey = unique('turn')
      await mustStart(store(), aRun({ attemptKey }), noon)
      const looks = []
      for (let place = 0; place < 60; place++) {
        const held = await start(aRun({ attemptKey }))
        looks.push(held.state === 'held' ? held.untilMs - noon : undefined)
      }
      expect(looks.slice(0, 3)).toEqual([100, 200, 300])
      expect(looks.at(-1)).toBe(5_000)
    })

    test('one whose process died holds the next ones back until it is taken up again and ends', async () => {
      const attemptKey = unique('turn')
      const [dead, next] = [aRun({ attemptKey }), aRun({ attemptKey })]
      await mustStart(store(), dead, noon, second)
      const later = noon + minute
      expect(await start(next, later)).toEqual(isHeld)
      const again = await mustStart(store(), dead, later)
      expect(again).toMatchObject({ attempt: 2 })
      expect(await start(next, later)).toEqual(isHeld)
      await finish(again)
      await mustStart(store(), next, later)
    })

    test('one that is cancelled, waits for something, or is to be tried again holds nobody back', async () => {
      const attemptKey = unique('turn')
      const [cancelled, asks, fails, next] = [
        aRun({ attemptKey }),
        aRun({ attemptKey }),
        aRun({ attemptKey }),
        aRun({ attemptKey }),
      ]
      await mustStart(store(), cancelled, noon)
      await store().runs.cancel(cancelled.id, 'not wanted', 'staff:zhangsan', noon)
      const { fencingToken } = await mustStart(store(), asks, noon)
      const nap: Wait = { kind: 'sleep', name: 'nap', untilMs: noon + minute }
      expect(await store().runs.suspend(asks.id, fencingToken, [nap], [], noon)).toBe('waits')
      const failed = await mustStart(store(), fails, noon)
      expect(await store().runs.release(fails.id, failed.fencingToken, [], false, noon)).toBe(true)
      await mustStart(store(), next, noon)
      // They go on beside whoever has the turn now.
      await mustStart(store(), fails, noon)
      await mustStart(store(), asks, noon + minute)
    })

    test('one that gave its attempt back keeps its place', async () => {
      const attemptKey = unique('turn')
      const [stopped, next] = [aRun({ attemptKey }), aRun({ attemptKey })]
      const { fencingToken } = await mustStart(store(), stopped, noon)
      expect(await start(next)).toEqual(isHeld)
      await store().runs.release(stopped.id, fencingToken, [], true, noon)
      expect(await start(next)).toEqual(isHeld)
      await mustStart(store(), stopped, noon)
    })

    test('one that was made before it begins has its place already', async () => {
      const attemptKey = unique('turn')
      const [placed, next] = [aRun({ attemptKey }), aRun({ attemptKey })]
      await store().runs.create(placed, noon)
      expect(await start(next)).toEqual(isHeld)
      const { fencingToken } = await mustStart(store(), placed, noon)
      await finish({ id: placed.id, fencingToken })
      await mustStart(store(), next, noon)
    })

    test('turns of others, and runs without one, are not held', async () => {
      await mustStart(store(), aRun({ attemptKey: unique('turn') }), noon)
      await mustStart(store(), aRun({ attemptKey: unique('turn') }), noon)
      await mustStart(store(), aRun(), noon)
    })

    test('begun at once by many, each of a turn has it alone', async () => {
      const attemptKey = unique('turn')
      const started = await Promise.all(Array.from({ length: 50 }, () => start(aRun({ attemptKey }))))
      expect(started.filter(({ state }) => state === 'go')).toHaveLength(1)
    })
  })
}
