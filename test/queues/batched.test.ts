import { expect, test } from 'vitest'
import { batched } from '../../queues/batched.ts'

/** A call that ends when the test says so. */
function aRun() {
  const batches: string[][] = []
  const ends: PromiseWithResolvers<void>[] = []
  const run = (items: string[]): Promise<void> => {
    batches.push(items)
    const end = Promise.withResolvers<void>()
    ends.push(end)
    return end.promise
  }
  const nth = (place: number): PromiseWithResolvers<void> => {
    const end = ends[place]
    if (end === undefined) throw new Error(`there is no call ${place}`)
    return end
  }
  return { run, batches, nth }
}

test('what comes during a call goes into the next, at most so many at a time', async () => {
  const { run, batches, nth } = aRun()
  const add = batched(3, run)
  const all = ['a', 'b', 'c', 'd', 'e'].map((item) => add(item))
  expect(batches).toEqual([['a']])
  nth(0).resolve()
  await all[0]
  await expect.poll(() => batches).toEqual([['a'], ['b', 'c', 'd']])
  nth(1).resolve()
  await Promise.all(all.slice(0, 4))
  await expect.poll(() => batches.length).toBe(3)
  nth(2).resolve()
  await Promise.all(all)
  expect(batches[2]).toEqual(['e'])
})

test('a batch that fails fails for its own callers alone', async () => {
  const { run, nth, batches } = aRun()
  const add = batched(10, run)
  const [first, second] = [add('a'), add('b')]
  nth(0).reject(new Error('the store is away'))
  await expect(first).rejects.toThrow('away')
  await expect.poll(() => batches.length).toBe(2)
  nth(1).resolve()
  await second
  const third = add('c')
  nth(2).resolve()
  await third
})

test('a call that throws at once is a failed call', async () => {
  const add = batched<string>(10, () => {
    throw new Error('thrown')
  })
  await expect(add('a')).rejects.toThrow('thrown')
  await expect(add('b')).rejects.toThrow('thrown')
})
