import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { RejectedError, StoreUnavailableError } from '../../src/core/errors.ts'
import { retryWhileUnavailable } from '../../src/core/retry-while-unavailable.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const away = new StoreUnavailableError('away')

test('what a store that is away refuses is tried until it is back', async () => {
  const work = vi.fn().mockRejectedValueOnce(away).mockRejectedValueOnce(away).mockResolvedValue('kept')
  const kept = retryWhileUnavailable<string>(work)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await kept).toBe('kept')
  expect(work).toHaveBeenCalledTimes(3)
})

test('after half a minute it is given up', async () => {
  const givenUp = expect(retryWhileUnavailable(() => Promise.reject(away))).rejects.toBe(away)
  await vi.advanceTimersByTimeAsync(31_000)
  await givenUp
})

test('any other fault is thrown at once', async () => {
  const fault = new RejectedError('no')
  await expect(retryWhileUnavailable(() => Promise.reject(fault))).rejects.toBe(fault)
})

test('what may be done twice only for a while is not tried beyond it', async () => {
  let mayRepeat = true
  const work = vi.fn().mockRejectedValue(away)
  const givenUp = expect(retryWhileUnavailable(work, () => mayRepeat)).rejects.toBe(away)
  await vi.advanceTimersByTimeAsync(500)
  mayRepeat = false
  await vi.advanceTimersByTimeAsync(500)
  await givenUp
  expect(work).toHaveBeenCalledTimes(4)
})
