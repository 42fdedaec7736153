import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type StoreUnderTest, unique } from './samples.ts'

export function sharesContract(store: StoreUnderTest): void {
  const priorities = async (lane: string, owner: string, count: number): Promise<number[]> => {
    const given: number[] = []
    for (let i = 0; i < count; i++) given.push(await store().shares.priority(lane, owner))
    return given
  }

  describe('shares', () => {
    test('one alone counts 1, 2, 3', async () => {
      const lane = unique('lane')
      expect(await priorities(lane, 'staff:a', 3)).toEqual([1, 2, 3])
    })

    test('one who comes when another has hundreds waiting waits about one slot', async () => {
      const lane = unique('lane')
      await Promise.all(Array.from({ length: 300 }, () => store().shares.priority(lane, 'staff:a')))
      expect(await store().shares.priority(lane, 'staff:b')).toBe(1)
      for (let begun = 1; begun <= 40; begun++) await store().shares.advance(lane, begun)
      const priority = await store().shares.priority(lane, 'staff:c')
      expect(priority).toBeGreaterThanOrEqual(40)
      expect(priority).toBeLessThanOrEqual(41)
      expect(await store().shares.priority(lane, 'staff:a')).toBe(301)
    })

    test('a stream of newcomers does not keep a waiting task from its turn', async () => {
      const lane = unique('lane')
      await priorities(lane, 'staff:a', 2)
      await store().shares.advance(lane, 1)
      for (let i = 0; i < 5; i++)
        await store().shares.advance(lane, await store().shares.priority(lane, `staff:new-${i}`))
      expect(await store().shares.priority(lane, 'staff:newest')).toBeGreaterThanOrEqual(2)
    })

    test('an older priority that begins late takes nothing back', async () => {
      const lane = unique('lane')
      await store().shares.advance(lane, 9)
      await store().shares.advance(lane, 4)
      expect(await store().shares.priority(lane, 'staff:a')).toBeGreaterThanOrEqual(9)
    })

    test('an empty lane counts from one again, and lanes do not know one another', async () => {
      const [lane, other] = [unique('lane'), unique('lane')]
      await priorities(lane, 'staff:a', 5)
      await store().shares.advance(lane, 5)
      expect(await store().shares.priority(other, 'staff:a')).toBe(1)
      await store().shares.reset(lane)
      expect(await store().shares.priority(lane, 'staff:a')).toBe(1)
    })

    test('100 at once have 100 priorities', async () => {
      const lane = unique('lane')
      const given = await Promise.all(Array.from({ length: 100 }, () => store().shares.priority(lane, 'staff:a')))
      expect(given.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
    })

    test('a priority never goes beyond two million', async () => {
      const lane = unique('lane')
      await store().shares.advance(lane, 1_999_999)
      expect(await priorities(lane, 'staff:a', 3)).toEqual([2_000_000, 2_000_000, 2_000_000])
    })

    test("an owner's priorities go up, and none is behind what has begun", async () => {
      const act = fc.oneof(
        {
          weight: 3,
          arbitrary: fc.record({ kind: fc.constant('tag' as const), owner: fc.constantFrom('a', 'b', 'c') }),
        },
        {
          weight: 1,
          arbitrary: fc.record({ kind: fc.constant('begin' as const), ahead: fc.integer({ min: 0, max: 5 }) }),
        },
      )
      await fc.assert(
        fc.asyncProperty(fc.array(act, { maxLength: 30 }), async (acts) => {
          const lane = unique('lane')
          const last = new Map<string, number>()
          let begun = 0
          for (const one of acts) {
            if (one.kind === 'begin') {
              begun = Math.max(begun, Math.min(begun + one.ahead, Math.max(0, ...last.values())))
              if (begun > 0) await store().shares.advance(lane, begun)
              continue
            }
            const priority = await store().shares.priority(lane, one.owner)
            expect(priority).toBeGreaterThan(last.get(one.owner) ?? 0)
            expect(priority).toBeGreaterThanOrEqual(begun)
            expect(priority).toBeLessThanOrEqual(Math.max(begun, last.get(one.owner) ?? 0) + 1)
            last.set(one.owner, priority)
          }
        }),
        { numRuns: 15 },
      )
    })
  })
}
