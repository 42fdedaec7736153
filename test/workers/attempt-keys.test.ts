import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openTurns } from '../../workers/attempt-keys.ts'

test('works of one key run one after the other in their order, those of others beside them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 20 }),
      async (scheduler, keys) => {
        const turns = openTurns()
        const running = new Map<string, number>()
        const begun: Record<string, number[]> = { a: [], b: [], c: [] }
        const all = keys.map((key, place) =>
          turns.take(key, async () => {
            expect(running.get(key) ?? 0).toBe(0)
            running.set(key, 1)
            begun[key]?.push(place)
            await scheduler.schedule(Promise.resolve())
            running.set(key, 0)
            return place
          }),
        )
        await scheduler.waitFor(Promise.all(all))
        expect(await Promise.all(all)).toEqual(keys.map((_, place) => place))
        for (const places of Object.values(begun)) expect(places).toEqual(places.toSorted((one, other) => one - other))
      },
    ),
  )
})

test('a work that fails lets the next one in', async () => {
  const turns = openTurns()
  const failing = turns.take('a', () => Promise.reject(new Error('no')))
  const next = turns.take('a', async () => 'in')
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('in')
})

test('who waits for nobody begins at once', () => {
  let isBegun = false
  void openTurns().take('a', async () => {
    isBegun = true
  })
  expect(isBegun).toBe(true)
})
