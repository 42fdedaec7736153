import { describe, expect, test } from 'vitest'
import type { Task } from '../../../src/core/task/task.ts'
import { aRun, mustStart, noon, type StoreUnderTest, second, unique } from './samples.ts'

export function runsContract(store: StoreUnderTest): void {
  describe('runs: making', () => {
    test('a new record waits, has a number and its events', async () => {
      const run = aRun({ events: [{ at: noon, kind: 'received', text: 'wecom' }] })
      const { created, run: made } = await store().runs.create(run, noon)
      expect(created).toBe(true)
      expect(made).toMatchObject({
        id: run.id,
        owner: run.owner,
        state: 'waiting',
        attempt: 0,
        generation: 0,
        fencingToken: 0,
        createdAt: noon,
      })
      expect(made.task).toEqual(run.task)
      expect(made.endedAt).toBeUndefined()
      expect(await store().runs.find(run.id)).toEqual(made)
      expect(await store().runs.findByNumber(made.number)).toEqual(made)
      expect(await store().runs.timeline(run.id)).toEqual(run.events)
    })

    test('a task that was stored under former names is read in those of now', async () => {
      const made = aRun()
      const { priority: _, ...task } = made.task
      // The cast holds: 0.1 stored it so.
      await store().runs.create({ ...made, task: { ...task, tag: 7, row: 'a row' } as unknown as Task }, noon)
      expect((await store().runs.find(made.id))?.task).toEqual({ ...task, priority: 7, orderingKey: 'a row' })
    })

    test('a twin is the same record, untouched', async () => {
      const run = aRun()
      const first = await store().runs.create(run, noon)
      const twin = aRun({ id: run.id, owner: 'staff:lisi', text: 'other', events: [{ at: noon + 1, kind: 'stored' }] })
      const second = await store().runs.create(twin, noon + 5)
      expect(second).toEqual({ created: false, run: first.run })
      expect(await store().runs.timeline(run.id)).toEqual(run.events)
    })

    test('200 made at once have 200 numbers, each above those before', async () => {
      const before = await store().runs.create(aRun(), noon)
      const made = await Promise.all(Array.from({ length: 200 }, () => store().runs.create(aRun(), noon)))
      const numbers = made.map((one) => one.run.number)
      expect(new Set(numbers).size).toBe(200)
      expect(Math.min(...numbers)).toBeGreaterThan(before.run.number)
      const after = await store().runs.create(aRun(), noon)
      expect(after.run.number).toBeGreaterThan(Math.max(...numbers))
    })

    test('one made 50 times at once is made once', async () => {
      const run = aRun()
      const made = await Promise.all(Array.from({ length: 50 }, () => store().runs.create(run, noon)))
      expect(made.filter((one) => one.created)).toHaveLength(1)
      expect(new Set(made.map((one) => one.run.number)).size).toBe(1)
    })

    test('texts lose NUL and halves of surrogate pairs, and nothing else', async () => {
      const run = aRun({ text: 'a\0b\ud800c😀', events: [{ at: noon, kind: 'received', text: '\udc00x\0' }] })
      const { run: made } = await store().runs.create(run, noon)
      expect(made.task.message.text).toBe('ab\ufffdc😀')
      expect((await store().runs.find(run.id))?.task.message.text).toBe('ab\ufffdc😀')
      expect(await store().runs.timeline(run.id)).toEqual([{ at: noon, kind: 'received', text: '\ufffdx' }])
    })

    test('a backslash and a letter u in a text are two characters of it', async () => {
      const run = aRun({ text: String.raw`\u0000 \ud800 "quoted"` })
      await mustStart(store(), run, noon)
      expect((await store().runs.find(run.id))?.task.message.text).toBe(String.raw`\u0000 \ud800 "quoted"`)
    })

    test('what is not there is not found', async () => {
      expect(await store().runs.find(unique('nobody'))).toBeUndefined()
      expect(await store().runs.findByNumber(987_654_321)).toBeUndefined()
      expect(await store().runs.timeline(unique('nobody'))).toEqual([])
    })
  })

  describe('runs: attempts', () => {
    test('starting what has no record makes it, running, first attempt, first fencing token', async () => {
      const run = aRun()
      const started = await mustStart(store(), run, noon, 30 * second)
      expect(started).toMatchObject({
        state: 'running',
        attempt: 1,
        generation: 0,
        fencingToken: 1,
        leaseUntil: noon + 30 * second,
      })
      expect(started).toMatchObject({ createdAt: noon, startedAt: noon, owner: run.owner, task: run.task })
      expect(await store().runs.find(run.id)).toEqual(started)
      expect(await store().runs.timeline(run.id)).toEqual(run.events)
    })

    test('starting what waits claims it and leaves number and events', async () => {
      const run = aRun()
      const { run: made } = await store().runs.create(run, noon)
      const started = await mustStart(store(), { ...run, events: [{ at: noon + 1, kind: 'stored' }] }, noon + 10)
      expect(started).toMatchObject({
        number: made.number,
        attempt: 1,
        fencingToken: 1,
        createdAt: noon,
        startedAt: noon + 10,
      })
      expect(await store().runs.timeline(run.id)).toEqual(run.events)
    })

    test('of 100 starting at once one goes, the others are told until when it is held', async () => {
      const run = aRun()
      const all = await Promise.all(Array.from({ length: 100 }, () => store().runs.start(run, noon, second)))
      expect(all.filter((one) => one.state === 'go')).toHaveLength(1)
      const held = all.filter((one) => one.state === 'held')
      expect(held).toHaveLength(99)
      expect(held[0]).toEqual({ state: 'held', untilMs: noon + second })
    })

    test('a lease that ran out is claimed again, and the old claim is fenced off', async () => {
      const run = aRun()
      await mustStart(store(), run, noon, second)
      expect(await store().runs.start(run, noon + second - 1, second)).toEqual({
        state: 'held',
        untilMs: noon + second,
      })
      const again = await mustStart(store(), run, noon + second, second)
      expect(again).toMatchObject({ attempt: 2, fencingToken: 2, leaseUntil: noon + 2 * second, startedAt: noon })
      const late = noon + second + 1
      expect(await store().runs.renew(run.id, 1, late, second)).toBe(false)
      expect(await store().runs.release(run.id, 1, [{ at: late, kind: 'retry' }], false, late)).toBe(false)
      expect(await store().runs.finish(run.id, 1, { state: 'done' }, [{ at: late, kind: 'done' }], late)).toBe(false)
      await store().runs.progress(run.id, 1, { percent: 99 }, late)
      expect(await store().runs.find(run.id)).toEqual(again)
      expect(await store().runs.timeline(run.id)).toEqual(run.events)
    })

    test('a renewed lease holds on', async () => {
      const run = aRun()
      await mustStart(store(), run, noon, second)
      expect(await store().runs.renew(run.id, 1, noon + 900, second)).toBe(true)
      expect(await store().runs.start(run, noon + 1_800, second)).toEqual({ state: 'held', untilMs: noon + 1_900 })
    })

    test('a lease that ran out and that nobody claimed may still be renewed and finished', async () => {
      const run = aRun()
      await mustStart(store(), run, noon, second)
      expect(await store().runs.renew(run.id, 1, noon + 2 * second, second)).toBe(true)
      expect(await store().runs.finish(run.id, 1, { state: 'done' }, [], noon + 9 * second)).toBe(true)
    })

    test('a released run waits, and its next attempt counts', async () => {
      const run = aRun()
      await mustStart(store(), run, noon)
      expect(await store().runs.release(run.id, 1, [{ at: noon + 1, kind: 'retry' }], false, noon + 1)).toBe(true)
      expect(await store().runs.find(run.id)).toMatchObject({
        state: 'waiting',
        attempt: 1,
        failures: 1,
        fencingToken: 1,
      })
      expect(await store().runs.renew(run.id, 1, noon + 2, second)).toBe(false)
      expect(await mustStart(store(), run, noon + 3)).toMatchObject({ attempt: 2, failures: 1, fencingToken: 2 })
      expect(await store().runs.timeline(run.id)).toEqual([...run.events, { at: noon + 1, kind: 'retry' }])
    })

    test('a snooze takes the attempt back', async () => {
      const run = aRun()
      await mustStart(store(), run, noon)
      expect(await store().runs.release(run.id, 1, [{ at: noon + 1, kind: 'snoozed' }], true, noon + 1)).toBe(true)
      expect(await store().runs.find(run.id)).toMatchObject({ state: 'waiting', attempt: 0, failures: 0 })
      expect(await mustStart(store(), run, noon + 2)).toMatchObject({ attempt: 1, failures: 0, fencingToken: 2 })
    })

    test('progress shows on the run while its fencing token holds it', async () => {
      const run = aRun()
      await mustStart(store(), run, noon)
      await store().runs.progress(run.id, 1, { percent: 40, text: '读\0表' }, noon + 1)
      expect((await store().runs.find(run.id))?.progress).toEqual({ percent: 40, text: '读表' })
    })

    test('releasing, renewing or finishing what is not there is false', async () => {
      const nobody = unique('nobody')
      expect(await store().runs.renew(nobody, 1, noon, second)).toBe(false)
      expect(await store().runs.release(nobody, 1, [], false, noon)).toBe(false)
      expect(await store().runs.finish(nobody, 1, { state: 'done' }, [], noon)).toBe(false)
      expect(await store().runs.cancel(nobody, 'why', 'admin', noon)).toBeUndefined()
      expect(await store().runs.reopen(nobody, [], noon)).toBe(false)
      await store().runs.progress(nobody, 1, { percent: 1 }, noon)
      await store().runs.note(nobody, [{ at: noon, kind: 'log' }])
      expect(await store().runs.find(nobody)).toBeUndefined()
    })
  })

  describe('runs: ends', () => {
    test('the first end stands', async () => {
      const run = aRun()
      await mustStart(store(), run, noon)
      const done = { at: noon + 5, kind: 'done', ms: 5 } as const
      expect(await store().runs.finish(run.id, 1, { state: 'failed', why: '\0没有权限' }, [done], noon + 5)).toBe(true)
      expect(await store().runs.finish(run.id, 1, { state: 'done' }, [done], noon + 6)).toBe(false)
      expect(await store().runs.cancel(run.id, 'too late', 'admin', noon + 7)).toBeUndefined()
      const ended = await store().runs.find(run.id)
      expect(ended).toMatchObject({ state: 'failed', why: '没有权限', endedAt: noon + 5 })
      expect(await store().runs.timeline(run.id)).toEqual([...run.events, done])
      expect(await store().runs.start(run, noon + 10, second)).toEqual({ state: 'over', run: ended })
      expect(await store().runs.create(run, noon + 10)).toEqual({ created: false, run: ended })
    })

    test('of 50 ends at once one is the end', async () => {
      const run = aRun()
      await mustStart(store(), run, noon)
      const ends = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          i % 2 === 0
            ? store().runs.finish(run.id, 1, { state: 'done' }, [{ at: noon, kind: 'done' }], noon)
            : store().runs.cancel(run.id, '不要了', 'admin', noon),
        ),
      )
      expect(ends.filter((end) => end === true || end === 'running')).toHaveLength(1)
      expect(await store().runs.timeline(run.id)).toHaveLength(2)
    })

    test('what waits and never began may be ended at fencing token 0', async () => {
      const run = aRun()
      await store().runs.create(run, noon)
      expect(await store().runs.finish(run.id, 0, { state: 'ignored', why: 'no command' }, [], noon)).toBe(true)
      expect(await store().runs.find(run.id)).toMatchObject({ state: 'ignored', why: 'no command', attempt: 0 })
    })

    test('a cancel ends what waits, says so in the timeline, and fences off nobody twice', async () => {
      const run = aRun()
      await store().runs.create(run, noon)
      expect(await store().runs.cancel(run.id, '不要了\0', 'staff:lisi', noon + 1)).toBe('waiting')
      expect(await store().runs.cancel(run.id, 'again', 'staff:lisi', noon + 2)).toBeUndefined()
      expect(await store().runs.find(run.id)).toMatchObject({ state: 'cancelled', why: '不要了', endedAt: noon + 1 })
      const last = (await store().runs.timeline(run.id)).at(-1)
      expect(last).toMatchObject({ at: noon + 1, kind: 'cancelled' })
      expect(last?.text).toContain('不要了')
      expect(last?.text).toContain('staff:lisi')
    })

    test('a cancel ends what runs, and its worker is fenced off', async () => {
      const run = aRun()
      await mustStart(store(), run, noon)
      expect(await store().runs.cancel(run.id, '不要了', 'admin', noon + 1)).toBe('running')
      expect(await store().runs.renew(run.id, 1, noon + 2, second)).toBe(false)
      expect(await store().runs.release(run.id, 1, [], true, noon + 2)).toBe(false)
      expect(await store().runs.finish(run.id, 1, { state: 'done' }, [], noon + 2)).toBe(false)
    })

    test('a reopened run waits under its number, attempt 0, one generation on, old claims fenced off', async () => {
      const run = aRun()
      const first = await mustStart(store(), run, noon)
      expect(await store().runs.reopen(run.id, [], noon)).toBe(false)
      await store().runs.finish(run.id, 1, { state: 'failed', why: 'no' }, [], noon + 1)
      const event = { at: noon + 2, kind: 'reopened' } as const
      expect(await store().runs.reopen(run.id, [event], noon + 2)).toBe(true)
      expect(await store().runs.reopen(run.id, [event], noon + 2)).toBe(false)
      const opened = await store().runs.find(run.id)
      expect(opened).toMatchObject({
        number: first.number,
        state: 'waiting',
        attempt: 0,
        generation: 1,
        createdAt: noon,
      })
      expect(opened?.endedAt).toBeUndefined()
      expect(opened?.why).toBeUndefined()
      expect(await store().runs.timeline(run.id)).toEqual([...run.events, event])
      expect(await store().runs.finish(run.id, 1, { state: 'done' }, [], noon + 3)).toBe(false)
      expect(await mustStart(store(), run, noon + 4)).toMatchObject({ attempt: 1, fencingToken: 2, generation: 1 })
    })

    test('a run reopened afresh has no steps; one that is live keeps them', async () => {
      const [run, other] = [aRun(), aRun()]
      for (const each of [run, other]) {
        await mustStart(store(), each, noon)
        await store().steps.save(each.id, 'rows', [1, 2])
        await store().steps.save(each.id, 'signal:approval', true)
      }
      expect(await store().runs.reopen(run.id, [], noon, { fresh: true })).toBe(false)
      expect(await store().steps.list(run.id)).toHaveLength(2)
      await store().runs.finish(run.id, 1, { state: 'failed' }, [], noon + 1)
      const event = { at: noon + 2, kind: 'reopened' } as const
      expect(await store().runs.reopen(run.id, [event], noon + 2, { fresh: true })).toBe(true)
      expect(await store().steps.list(run.id)).toEqual([])
      expect(await store().runs.timeline(run.id)).toEqual([...run.events, event])
      await store().steps.save(run.id, 'rows', [3])
      expect(await store().runs.reopen(run.id, [], noon + 3, { fresh: true })).toBe(false)
      expect(await store().steps.list(run.id)).toEqual([{ name: 'rows', value: [3] }])
      expect(await store().steps.list(other.id)).toHaveLength(2)
    })
  })

  test('a timeline keeps the newest 500 events in order', async () => {
    const run = aRun({ events: [] })
    await store().runs.create(run, noon)
    const events = Array.from({ length: 520 }, (_, i) => ({ at: noon + i, kind: 'log' as const, text: `${i}` }))
    await store().runs.note(run.id, events.slice(0, 300))
    await store().runs.note(run.id, events.slice(300))
    await store().runs.note(run.id, [])
    expect(await store().runs.timeline(run.id)).toEqual(events.slice(20))
  })

  test('overdue are the live runs whose lease ended, and those that wait', async () => {
    const [waiting, expired, alive, ended] = [aRun(), aRun(), aRun(), aRun()]
    await store().runs.create(waiting, noon)
    await mustStart(store(), expired, noon, second)
    await mustStart(store(), alive, noon, 60 * second)
    await mustStart(store(), ended, noon, second)
    await store().runs.finish(ended.id, 1, { state: 'done' }, [], noon)
    const ours = new Set([waiting, expired, alive, ended].map((run) => run.id))
    const idsAt = async (now: number) =>
      (await store().runs.overdue(now, 10_000)).map((run) => run.id).filter((id) => ours.has(id))
    expect((await idsAt(noon + 500)).sort()).toEqual([waiting.id].sort())
    expect((await idsAt(noon + second + 1)).sort()).toEqual([waiting.id, expired.id].sort())
    expect(await store().runs.overdue(noon + second + 1, 1)).toHaveLength(1)
  })
}
