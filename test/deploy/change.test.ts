import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasRisen } from '../../src/deploy/change.ts'

const tally = (failed: number, ended: number) => ({ failed, ended })

test('failures count when there are a few, and clearly more than before', () => {
  expect(hasRisen(tally(0, 100), tally(2, 2))).toBe(false)
  expect(hasRisen(tally(0, 100), tally(3, 3))).toBe(true)
  expect(hasRisen(tally(0, 100), tally(3, 16))).toBe(false)
  expect(hasRisen(tally(0, 0), tally(3, 10))).toBe(true)
})

test('what failed as often before is no reason to go back', () => {
  const tallies = fc
    .record({ ended: fc.nat(1_000), failed: fc.nat(1_000) })
    .filter(({ ended, failed }) => failed <= ended)
  fc.assert(fc.property(tallies, (same) => !hasRisen(same, same)))
})
