import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  QuotaError,
  RejectedError,
  SetupError,
  StoreUnavailableError,
  UnavailableError,
  UnsureError,
} from '../../src/core/errors.ts'
import { readFailure } from '../../src/outbox/verdict.ts'

const now = 1_800_000_000_000

test('refused for good is refused, in the words of the platform', () => {
  expect(readFailure(new RejectedError('no such member'), 1, now)).toEqual({
    verdict: { state: 'refused', why: 'no such member' },
  })
})

test('too frequent closes the account or the chat for its pause, and costs no attempt', () => {
  for (const scope of ['account', 'chat'] as const) {
    expect(readFailure(new QuotaError('too frequent', 60_000, scope), 7, now)).toEqual({
      verdict: { state: 'again', why: 'too frequent', notBefore: now + 60_000, costsAttempt: false },
      pause: { untilMs: now + 60_000, scope },
    })
  }
})

test('an account that is set up wrongly waits for an operator', () => {
  expect(readFailure(new SetupError('wrong secret'), 1, now)).toMatchObject({
    verdict: { state: 'again', costsAttempt: false },
    pause: { scope: 'account' },
    needsOperator: true,
  })
})

test('a lost answer is repeated where a repeat is recognised, and unsure where it is not', () => {
  expect(readFailure(new UnsureError('lost', true), 1, now).verdict).toMatchObject({
    state: 'again',
    costsAttempt: true,
  })
  expect(readFailure(new UnsureError('lost', false), 1, now)).toEqual({ verdict: { state: 'unsure', why: 'lost' } })
})

test('what is unavailable is tried after 1, 3, 9, 27 and then every 60 s', () => {
  const waits = [1, 2, 3, 4, 5, 6, 50].map((attempts) => {
    const { verdict } = readFailure(new UnavailableError('busy'), attempts, now)
    return verdict.state === 'again' ? (verdict.notBefore - now) / 1_000 : undefined
  })
  expect(waits).toEqual([1, 3, 9, 27, 60, 60, 60])
})

test('an answer is not lost because our own store was away while its channel fetched a token', () => {
  expect(readFailure(new StoreUnavailableError('away'), 1, now)).toEqual({
    verdict: { state: 'again', why: 'away', notBefore: now + 1_000, costsAttempt: true },
  })
})

test('a fault of our own stops neither the line nor the word to the operator', () => {
  for (const error of [new TypeError('x is undefined'), 'thrown text', undefined]) {
    expect(readFailure(error, 1, now)).toMatchObject({ verdict: { state: 'refused' }, needsOperator: true })
  }
})

test('whatever is thrown, however often, there is a verdict that is not in the past', () => {
  fc.assert(
    fc.property(fc.anything(), fc.integer({ min: 0, max: 10_000 }), (thrown, attempts) => {
      const { verdict } = readFailure(thrown, attempts, now)
      if (verdict.state === 'again') expect(verdict.notBefore).toBeGreaterThan(now)
      else expect(verdict.state).toMatch(/refused|unsure/)
    }),
  )
})
