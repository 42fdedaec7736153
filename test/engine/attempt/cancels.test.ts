import { expect, test } from 'vitest'
import { openCancels } from '../../../src/engine/attempt/cancels.ts'

// In whole installations the lease notices a cancel within a second too, so that this one could be lost unseen.
test('a cancel aborts the attempt that runs here at once, and no other', () => {
  const cancels = openCancels()
  const [one, other] = [cancels.watch('one'), cancels.watch('other')]
  cancels.cancel('one')
  expect([one.signal.aborted, other.signal.aborted]).toEqual([true, false])
})

test('an attempt that has ended is not reached, the next one of its task is', () => {
  const cancels = openCancels()
  const ended = cancels.watch('one')
  const next = cancels.watch('one')
  ended.done()
  cancels.cancel('one')
  expect([ended.signal.aborted, next.signal.aborted]).toEqual([false, true])
})
