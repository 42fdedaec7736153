import { expect, test } from 'vitest'
import { unlessAborted } from '../../src/core/unless-aborted.ts'

const ended = () => new Error('ended')
const never = new Promise<never>(() => {})

test('it brings what the work brings', async () => {
  expect(await unlessAborted(Promise.resolve(1), new AbortController().signal, ended)).toBe(1)
  await expect(unlessAborted(Promise.reject(new Error('broken')), new AbortController().signal, ended)).rejects.toThrow(
    'broken',
  )
})

test('a signal that comes first, or came before, is its end', async () => {
  const stop = new AbortController()
  const waiting = unlessAborted(never, stop.signal, ended)
  stop.abort()
  await expect(waiting).rejects.toThrow('ended')
  await expect(unlessAborted(never, stop.signal, ended)).rejects.toThrow('ended')
})
