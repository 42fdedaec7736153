import { once } from 'node:events'
import { expect, test } from 'vitest'
import { startDeadline } from '../../../src/engine/attempt/deadline.ts'

const never = new AbortController().signal

test('the time limit aborts the signal and is the cause', async () => {
  const deadline = startDeadline(10, never, never)
  deadline.begin()
  expect(deadline.cause).toBeUndefined()
  await once(deadline.signal, 'abort')
  expect(deadline.cause).toBe('timeout')
  expect(deadline.signal.reason).toEqual(new Error('timeout'))
  deadline.clear()
})

test.each(['cancelled', 'shutdown'] as const)('%s aborts it, also when it came before the start', (cause) => {
  for (const isEarly of [false, true]) {
    const stop = new AbortController()
    if (isEarly) stop.abort()
    const deadline = startDeadline(
      60_000,
      cause === 'cancelled' ? stop.signal : never,
      cause === 'shutdown' ? stop.signal : never,
    )
    stop.abort()
    expect(deadline.signal.aborted).toBe(true)
    expect(deadline.cause).toBe(cause)
    deadline.clear()
  }
})

test('the first cause stays', () => {
  const [cancel, shutdown] = [new AbortController(), new AbortController()]
  const deadline = startDeadline(60_000, cancel.signal, shutdown.signal)
  shutdown.abort()
  cancel.abort()
  expect(deadline.cause).toBe('shutdown')
  deadline.clear()
})

test('once cleared nothing reaches it', () => {
  const cancel = new AbortController()
  const deadline = startDeadline(60_000, cancel.signal, never)
  deadline.clear()
  cancel.abort()
  expect(deadline.signal.aborted).toBe(false)
})
