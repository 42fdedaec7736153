import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TimelineEvent } from '../../../src/core/task/run.ts'
import { aRun, minute, mustStart, noon, type StoreUnderTest, second, unique } from './samples.ts'

export function orderingKeysContract(store: StoreUnderTest): void {
  const join = async (orderingKey: string, id: string, parkUntilMs?: number) =>
    store().orderingKeys.join(aRun({ id }), orderingKey, noon, parkUntilMs)
  const standing = async (orderingKey: string) =>
    (await store().orderingKeys.list(orderingKey, 100)).map(({ id }) => id)
  const end = (id: string) => store().runs.cancel(id, 'enough', 'staff:boss', noon)
  const three = async () => {
    const orderingKey = unique('row')
    const ids = [unique('a'), unique('b'), unique('c')] as const
    for (const id of ids) await join(orderingKey, id)
    return { orderingKey, ids }
  }
  const event = (text: string): TimelineEvent => ({ at: noon, kind: 'log', text })

  describe('rows', () => {
    test('joining makes the record once, and keeps the place', async () => {
      const orderingKey = unique('row')
      const [a, b] = [unique('a'), unique('b')]
      const first = await join(orderingKey, a)
      expect(first).toMatchObject({ created: true, run: { id: a, state: 'waiting', attempt: 0 }, head: a })
      expect(await store().runs.find(a)).toEqual(first.run)
      expect(await join(orderingKey, b)).toMatchObject({ created: true, head: a })
      expect(await join(orderingKey, a)).toEqual({ ...first, created: false })
      expect(await standing(orderingKey)).toEqual([a, b])
      expect(await store().orderingKeys.ahead(orderingKey, b)).toBe(1)
      expect(await store().runs.timeline(a)).toEqual([{ at: noon, kind: 'received' }])
    })

    test('the head stays the head until it has ended, however it does', async () => {
      const { orderingKey, ids } = await three()
      const [a, b, c] = ids
      const { fencingToken } = await mustStart(store(), aRun({ id: a }), noon)
      await store().runs.release(a, fencingToken, [], false, noon)
      expect((await store().orderingKeys.head(orderingKey))?.id).toBe(a)
      await end(a)
      expect((await store().orderingKeys.head(orderingKey))?.id).toBe(b)
      await end(c)
      expect(await standing(orderingKey)).toEqual([b])
      await mustStart(store(), aRun({ id: b }), noon)
      await store().runs.finish(b, 1, { state: 'done' }, [], noon)
      expect(await store().orderingKeys.head(orderingKey)).toBeUndefined()
      // Whoever has ended joins no more.
      expect(await join(orderingKey, a)).toMatchObject({ created: false, run: { state: 'cancelled' }, head: undefined })
    })

    test('one that is opened again stands at the end', async () => {
      const { orderingKey, ids } = await three()
      const [a, b, c] = ids
      await end(a)
      await store().runs.reopen(a, [], noon)
      expect((await store().orderingKeys.head(orderingKey))?.id).toBe(b)
      expect(await join(orderingKey, a)).toMatchObject({ created: false, head: b })
      expect(await standing(orderingKey)).toEqual([b, c, a])
    })

    test('one that waits behind another is parked, and found when its turn came and nobody called it', async () => {
      const { orderingKey, ids } = await three()
      const [a, b, c] = ids
      for (const id of ids) await join(orderingKey, id, noon + 10 * minute)
      const found = async (at: number) =>
        (await store().orderingKeys.parkedHeads(at, 1_000))
          .map(({ id }) => id)
          .filter((id) => ids.includes(id as typeof a))
      expect(await found(noon)).toEqual([])
      // Parked ones have their time: the others that wait are not hidden by them.
      const overdue = (await store().runs.overdue(noon + minute, 10_000)).map(({ id }) => id)
      expect(overdue).toContain(a)
      expect(overdue).not.toContain(b)
      await end(a)
      expect(await found(noon + second)).toEqual([b])
      // It came: it is called no more.
      expect(await join(orderingKey, b, noon + 10 * minute)).toMatchObject({ head: b })
      expect(await found(noon + second)).toEqual([])
      await mustStart(store(), aRun({ id: b }), noon)
      expect(await found(noon + second)).toEqual([])
      await store().runs.finish(b, 1, { state: 'done' }, [], noon)
      expect(await found(noon + second)).toEqual([c])
      expect(await found(noon + 11 * minute)).toEqual([])
    })

    test('several are made one: the others end, and the head asks for all', async () => {
      const { orderingKey, ids } = await three()
      const [a, b, c] = ids
      const d = unique('d')
      await join(orderingKey, d)
      const task = { ...aRun({ id: a, text: '甲\n丙' }).task, orderingKey }
      const others = [c, d].map((id) => ({ id, why: `into ${a}`, event: { ...event('gone'), kind: 'done' as const } }))
      const merged = { orderingKey, head: a, task, event: event('took'), others }
      expect(await store().orderingKeys.merge({ ...merged, head: b }, noon)).toBe(false)
      expect(await store().orderingKeys.merge(merged, noon + second)).toBe(true)
      expect(await standing(orderingKey)).toEqual([a, b])
      expect(await store().runs.find(a)).toMatchObject({ state: 'waiting', task })
      expect(await store().runs.find(c)).toMatchObject({ state: 'done', why: `into ${a}`, endedAt: noon + second })
      expect((await store().runs.timeline(c)).at(-1)).toMatchObject({ kind: 'done', text: 'gone' })
      expect((await store().runs.timeline(a)).at(-1)).toEqual(event('took'))
      expect((await store().runs.list({ q: '甲\n丙' }, 10)).map(({ id }) => id)).toContain(a)
      // What was merged has ended, so it is not merged twice.
      expect(await store().orderingKeys.merge(merged, noon)).toBe(false)
    })

    test('nothing is merged when one of them was cancelled, or the head has begun', async () => {
      const { orderingKey, ids } = await three()
      const [a, b, c] = ids
      const { task } = aRun({ id: a })
      const merged = {
        orderingKey,
        head: a,
        task,
        event: event('took'),
        others: [b, c].map((id) => ({ id, why: '', event: event('') })),
      }
      await end(c)
      expect(await store().orderingKeys.merge(merged, noon)).toBe(false)
      expect(await store().runs.find(b)).toMatchObject({ state: 'waiting' })
      await mustStart(store(), aRun({ id: a }), noon)
      expect(await store().orderingKeys.merge({ ...merged, others: merged.others.slice(0, 1) }, noon)).toBe(false)
      expect(await standing(orderingKey)).toEqual([a, b])
    })

    test('many who join at once have one head, and each comes once in its turn', async () => {
      const orderingKey = unique('row')
      const ids = Array.from({ length: 30 }, () => unique('many'))
      await Promise.all([...ids, ...ids].map((id) => join(orderingKey, id)))
      const order: string[] = []
      for (
        let head = await store().orderingKeys.head(orderingKey);
        head !== undefined;
        head = await store().orderingKeys.head(orderingKey)
      ) {
        order.push(head.id)
        await end(head.id)
      }
      expect(order.toSorted()).toEqual(ids.toSorted())
    })

    test('whatever happens in between, who joined first is first among the living', async () => {
      const act = fc.record({ kind: fc.constantFrom('join', 'join', 'end', 'reopen', 'head'), who: fc.nat(5) })
      await fc.assert(
        fc.asyncProperty(fc.array(act, { maxLength: 25 }), async (acts) => {
          const orderingKey = unique('row')
          const ids = Array.from({ length: 6 }, () => unique('who'))
          const made = new Set<string>()
          const expected: string[] = []
          for (const { kind, who } of acts) {
            const id = ids[who] ?? ''
            if (kind === 'join') {
              const { run } = await join(orderingKey, id)
              made.add(id)
              if (run.state === 'waiting' && !expected.includes(id)) expected.push(id)
            } else if (kind === 'end') {
              await end(id)
              if (expected.includes(id)) expected.splice(expected.indexOf(id), 1)
            } else if (kind === 'reopen') await store().runs.reopen(id, [], noon)
            else expect((await store().orderingKeys.head(orderingKey))?.id).toBe(expected[0])
          }
          expect(await standing(orderingKey)).toEqual(expected)
        }),
        { numRuns: 15 },
      )
    })
  })
}
