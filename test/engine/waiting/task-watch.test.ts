import { expect, test } from 'vitest'
import { openTaskWatch } from '../../../src/engine/waiting/task-watch.ts'

const HOUR_MS = 3_600_000

test('whoever waits looks at once, and again with each change', async () => {
  const watch = openTaskWatch()
  let looks = 0
  const looked = watch.until(
    'a',
    async () => (++looks === 3 ? 'found' : undefined),
    HOUR_MS,
    AbortSignal.timeout(5_000),
  )
  await expect.poll(() => looks).toBe(1)
  watch.heard(['b'])
  watch.heard(['a'])
  await expect.poll(() => looks).toBe(2)
  watch.heard(['c', 'a'])
  expect(await looked).toBe('found')
})

test('a change that falls into a look is not missed', async () => {
  const watch = openTaskWatch()
  let looks = 0
  const look = async (): Promise<true | undefined> => {
    looks += 1
    if (looks === 1) watch.heard(['a'])
    return looks === 2 ? true : undefined
  }
  expect(await watch.until('a', look, HOUR_MS, AbortSignal.timeout(5_000))).toBe(true)
})

test('a change that nobody told of is seen a little later', async () => {
  let looks = 0
  const look = async () => (++looks > 2 ? looks : undefined)
  expect(await openTaskWatch().until('a', look, 10, AbortSignal.timeout(5_000))).toBe(3)
})

test('giving up ends the wait with its reason, and a fault of the look is thrown', async () => {
  const watch = openTaskWatch()
  const cancel = new AbortController()
  const waiting = watch.until('a', async () => undefined, HOUR_MS, cancel.signal)
  cancel.abort(new Error('cancelled'))
  await expect(waiting).rejects.toThrow('cancelled')
  await expect(watch.until('a', async () => undefined, HOUR_MS, cancel.signal)).rejects.toThrow('cancelled')
  const broken = () => Promise.reject(new Error('gone'))
  await expect(watch.until('a', broken, HOUR_MS, AbortSignal.timeout(5_000))).rejects.toThrow('gone')
})
