import { describe, expect, test } from 'vitest'
import type { Wait } from '../../../src/core/task/wait.ts'
import { aRun, minute, mustStart, noon, type StoreUnderTest, second, unique } from './samples.ts'

const untilMs = noon + 10 * minute
const approval = (signal: string): Wait => ({
  kind: 'approval',
  name: 'publish',
  untilMs,
  signal,
  by: 'report.publishers',
  notSelf: true,
  count: 1,
})

export function waitsContract(store: StoreUnderTest): void {
  describe('runs: waiting for something', () => {
    test('a run that waits gives its slot and its attempt back, and nobody starts it before its time', async () => {
      const run = aRun()
      const { fencingToken } = await mustStart(store(), run, noon)
      const waits: Wait[] = [approval('a'), { kind: 'sleep', name: 'nap', untilMs: noon + minute }]
      const events = [{ at: noon, kind: 'waits' as const, text: 'publish' }]
      expect(await store().runs.suspend(run.id, fencingToken, waits, events, noon)).toBe('waits')
      expect(await store().runs.find(run.id)).toMatchObject({ state: 'waiting', attempt: 0, waits })
      expect((await store().runs.timeline(run.id)).at(-1)).toEqual(events[0])

      expect(await store().runs.start(run, noon + minute - 1, 30 * second)).toEqual({
        state: 'held',
        untilMs: noon + minute,
      })
      const again = await mustStart(store(), run, noon + minute)
      expect(again).toMatchObject({ attempt: 1, fencingToken: fencingToken + 1 })
      expect(again.waits).toBeUndefined()
    })

    test('a signal lets it start at once and is kept as a step; a second one changes nothing', async () => {
      const run = aRun()
      const { fencingToken } = await mustStart(store(), run, noon)
      await store().runs.suspend(run.id, fencingToken, [approval('yes')], [], noon)
      const event = { at: noon + second, kind: 'signal' as const, text: 'approved' }
      expect(await store().runs.signal(run.id, 'yes', { by: 'lisi' }, [event], noon + second)).toBe('first')
      expect(await store().runs.signal(run.id, 'yes', { by: 'wangwu' }, [event], noon + second)).toBe('known')
      expect(await store().steps.find(run.id, 'signal:yes')).toEqual({ value: { by: 'lisi' } })
      expect((await store().runs.timeline(run.id)).filter(({ kind }) => kind === 'signal')).toEqual([event])
      await mustStart(store(), run, noon + second)
    })

    test('a signal that came before the wait is not missed', async () => {
      const run = aRun()
      const { fencingToken } = await mustStart(store(), run, noon)
      expect(await store().runs.signal(run.id, 'early', 1, [], noon)).toBe('first')
      expect(await store().runs.suspend(run.id, fencingToken, [approval('early')], [], noon)).toBe('again')
      const again = await mustStart(store(), run, noon)
      expect(again.attempt).toBe(1)
    })

    test('of a signal and a wait at the same moment, the run is never left asleep', async () => {
      for (let generation = 0; generation < 20; generation++) {
        const run = aRun()
        const { fencingToken } = await mustStart(store(), run, noon)
        await Promise.all([
          store().runs.suspend(run.id, fencingToken, [approval('now')], [], noon),
          store().runs.signal(run.id, 'now', true, [], noon),
        ])
        await mustStart(store(), run, noon)
      }
    })

    test('whoever was fenced off cannot put the run to sleep, and what has ended takes no signal', async () => {
      const run = aRun()
      const { fencingToken } = await mustStart(store(), run, noon)
      expect(await store().runs.suspend(run.id, fencingToken - 1, [approval('x')], [], noon)).toBe('lost')
      await store().runs.finish(run.id, fencingToken, { state: 'done' }, [], noon)
      expect(await store().runs.suspend(run.id, fencingToken, [approval('x')], [], noon)).toBe('lost')
      expect(await store().runs.signal(run.id, 'x', 1, [], noon)).toBe('gone')
      expect(await store().runs.signal(unique('nobody'), 'x', 1, [], noon)).toBe('gone')
      expect(await store().steps.find(run.id, 'signal:x')).toBeUndefined()
    })

    test('a cancelled wait is over, and opened again it waits for nothing', async () => {
      const run = aRun()
      const { fencingToken } = await mustStart(store(), run, noon)
      await store().runs.suspend(run.id, fencingToken, [approval('x')], [], noon)
      expect(await store().runs.cancel(run.id, 'no', 'lisi', noon)).toBe('waiting')
      await store().runs.reopen(run.id, [], noon)
      expect((await store().runs.find(run.id))?.waits).toBeUndefined()
      await mustStart(store(), run, noon)
    })

    test('overdue are those whose time has come, and not those that still wait, however many', async () => {
      const sleepers = Array.from({ length: 30 }, () => aRun())
      for (const run of sleepers) {
        const { fencingToken } = await mustStart(store(), run, noon)
        await store().runs.suspend(run.id, fencingToken, [approval('x')], [], noon)
      }
      const [woken, signalled] = sleepers
      if (woken === undefined || signalled === undefined) expect.fail('there are thirty')
      await store().runs.signal(signalled.id, 'x', 1, [], noon + second)
      const ids = sleepers.map(({ id }) => id)
      const due = async (now: number) =>
        (await store().runs.overdue(now, 1_000)).map(({ id }) => id).filter((id) => ids.includes(id))
      expect(await due(noon + minute)).toEqual([signalled.id])
      expect(await due(untilMs + 1)).toHaveLength(30)
    })
  })
}
