import { describe, expect, test } from 'vitest'
import type { ChildEnd } from '../../../src/core/task/child-item.ts'
import { aRun, day, mustStart, noon, type StoreUnderTest, unique } from './samples.ts'

const done = (value: unknown): ChildEnd => ({ state: 'done', value })
const failed: ChildEnd = { state: 'failed', why: 'no luck' }

function aFan(count: number, atOnce: number, generation = 0) {
  return { id: 'abc', name: 'pages', items: Array.from({ length: count }, (_, n) => ({ n })), atOnce, generation }
}

export function piecesContract(store: StoreUnderTest): void {
  describe('pieces', () => {
    test('the first of the items begin, and each that ends says which comes next, until the last', async () => {
      const run = unique('run')
      const opened = await store().fanOuts.open(run, aFan(3, 2), noon)
      expect(opened).toEqual({
        ...{ id: 'abc', name: 'pages', count: 3, ended: 0, done: 0, generation: 0, since: 0, openedAt: noon },
        underWay: [
          { index: 0, item: { n: 0 } },
          { index: 1, item: { n: 1 } },
        ],
      })
      expect(await store().fanOuts.endChild(run, 'abc', 1, done('b'))).toEqual({
        ...{ generation: 0, since: 0, count: 3, isLast: false },
        next: { index: 2, item: { n: 2 } },
      })
      expect(await store().fanOuts.endChild(run, 'abc', 0, failed)).toMatchObject({ isLast: false })
      expect(await store().fanOuts.ends(run, 'abc')).toEqual([failed, done('b'), undefined])
      expect(await store().fanOuts.endChild(run, 'abc', 2, done(null))).toMatchObject({ isLast: true })
      expect(await store().fanOuts.find(run, 'abc', 0)).toMatchObject({ count: 3, ended: 3, done: 2, underWay: [] })
    })

    test('opened again it is as it was; settled again it gives the same answer, and the first end stands', async () => {
      const run = unique('run')
      await store().fanOuts.open(run, aFan(3, 1), noon)
      await store().fanOuts.endChild(run, 'abc', 0, done('first'))
      const again = await store().fanOuts.endChild(run, 'abc', 0, failed)
      expect(again).toEqual({
        ...{ generation: 0, since: 0, count: 3, isLast: false },
        next: { index: 1, item: { n: 1 } },
      })
      const other = { ...aFan(9, 5), items: ['x'] }
      const known = await store().fanOuts.open(run, other, noon + 1)
      expect(known).toMatchObject({ count: 3, ended: 1, openedAt: noon, underWay: [{ index: 1 }] })
      expect((await store().fanOuts.ends(run, 'abc'))[0]).toEqual(done('first'))
    })

    test('a later generation begins anew what has not ended as done', async () => {
      const run = unique('run')
      await store().fanOuts.open(run, aFan(4, 4), noon)
      for (const index of [0, 2]) await store().fanOuts.endChild(run, 'abc', index, done(index))
      await store().fanOuts.endChild(run, 'abc', 1, failed)
      expect(await store().fanOuts.find(run, 'abc', 1)).toBeUndefined()
      const opened = await store().fanOuts.open(run, aFan(4, 1, 1), noon + 5)
      expect(opened).toMatchObject({ ended: 2, done: 2, openedAt: noon + 5, underWay: [{ index: 1 }] })
      expect(await store().fanOuts.endChild(run, 'abc', 1, done(1))).toMatchObject({ next: { index: 3 } })
      expect(await store().fanOuts.endChild(run, 'abc', 3, failed)).toMatchObject({ isLast: true })
      const all = await store().fanOuts.open(run, aFan(4, 1, 2), noon + 6)
      expect(all.underWay).toEqual([{ index: 3, item: { n: 3 } }])
    })

    test('a run that is opened again afresh has forgotten its child tasks and its steps', async () => {
      const run = aRun()
      const { id, fencingToken } = await mustStart(store(), run, noon)
      await store().steps.save(id, 'a', 1)
      await store().fanOuts.open(id, aFan(2, 2), noon)
      await store().fanOuts.endChild(id, 'abc', 0, done(0))
      await store().runs.finish(id, fencingToken, { state: 'failed' }, [], noon)
      expect(await store().runs.reopen(id, [], noon, { fresh: true })).toBe(true)
      expect(await store().steps.list(id)).toEqual([])
      expect(await store().fanOuts.list(id)).toEqual([])
      expect(await store().fanOuts.open(id, aFan(2, 2, 1), noon)).toMatchObject({ ended: 0, generation: 1, since: 1 })
    })

    test('ended side by side, each begins another one, and one is the last', async () => {
      const run = unique('run')
      await store().fanOuts.open(run, aFan(30, 10), noon)
      const begun = new Set(Array.from({ length: 10 }, (_, index) => index))
      let lasts = 0
      let now = [...begun]
      while (now.length > 0) {
        const settled = await Promise.all(now.map((index) => store().fanOuts.endChild(run, 'abc', index, done(index))))
        lasts += settled.filter((each) => each?.isLast).length
        now = settled.flatMap((each) => each?.next?.index ?? [])
        for (const index of now) {
          expect(begun.has(index)).toBe(false)
          begun.add(index)
        }
      }
      expect(begun.size).toBe(30)
      expect(lasts).toBe(1)
      expect(await store().fanOuts.ends(run, 'abc')).toEqual(Array.from({ length: 30 }, (_, n) => done(n)))
    })

    test('JSON comes back letter for letter, and ten thousand items are kept', async () => {
      const run = unique('run')
      const items = [[], {}, 12345678901234567000, 'ä\n"', null, ...Array.from({ length: 9_995 }, (_, n) => n)]
      const opened = await store().fanOuts.open(run, { ...aFan(0, 5), items }, noon)
      expect(opened.count).toBe(10_000)
      expect(opened.underWay.map(({ item }) => item)).toEqual(items.slice(0, 5))
      await store().fanOuts.endChild(run, 'abc', 0, done([]))
      expect((await store().fanOuts.ends(run, 'abc'))[0]).toEqual(done([]))
    })

    test('of nobody there is nothing', async () => {
      const run = unique('run')
      expect(await store().fanOuts.find(run, 'abc', 0)).toBeUndefined()
      expect(await store().fanOuts.endChild(run, 'abc', 0, failed)).toBeUndefined()
      expect(await store().fanOuts.ends(run, 'abc')).toEqual([])
      expect(await store().fanOuts.list(run)).toEqual([])
    })

    test('child tasks stand in no list, are found by their number, and go with the run they belong to', async () => {
      const owner = unique('staff:someone')
      const parent = aRun({ owner })
      const child = aRun({ owner, id: `${parent.id}-pabc-0` })
      const piece = { fan: 'abc', name: 'pages', index: 0, item: 'x' }
      await mustStart(store(), parent, noon)
      const started = await mustStart(store(), { ...child, task: { ...child.task, piece } }, noon)
      await store().fanOuts.open(parent.id, aFan(1, 1), noon)
      expect((await store().fanOuts.list(parent.id)).map(({ name }) => name)).toEqual(['pages'])
      const listed = async (states?: 'running'[]) =>
        (await store().runs.list({ user: owner, states }, 10)).map(({ id }) => id)
      expect(await listed()).toEqual([parent.id])
      expect((await store().runs.list({ states: ['running'] }, 100)).map(({ id }) => id)).not.toContain(child.id)
      expect((await store().runs.findByNumber(started.number))?.task.piece).toEqual(piece)
      expect((await store().runs.overdue(noon + day, 10_000)).map(({ id }) => id)).toContain(child.id)
      await store().runs.cancel(parent.id, 'no', 'x', noon)
      await store().runs.cancel(child.id, 'no', 'x', noon)
      await store().sweep(noon + 400 * day, 10_000)
      expect(await store().runs.findByNumber(started.number)).toBeUndefined()
      expect(await store().fanOuts.list(parent.id)).toEqual([])
    })
  })
}
