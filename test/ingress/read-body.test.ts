import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BodyTooLargeError, readBody } from '../../src/ingress/read-body.ts'

function aRequest(chunks: readonly Uint8Array[], length?: string): IncomingMessage {
  const stream = Readable.from(chunks.map((chunk) => Buffer.from(chunk)))
  // All that is read of a request: its chunks and this header.
  return Object.assign(stream, { headers: length === undefined ? {} : { 'content-length': length } }) as IncomingMessage
}

test('however it is cut, a body comes out as it went in, or is too large', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 20 }), async (chunks) => {
      const whole = Buffer.concat(chunks)
      const read = readBody(aRequest(chunks), 200)
      if (whole.length > 200) await expect(read).rejects.toThrow(BodyTooLargeError)
      else expect((await read).equals(whole)).toBe(true)
    }),
  )
})

test('one that says it is too large is refused at once, and still taken off the wire', async () => {
  const request = aRequest([Buffer.from('x'), Buffer.from('y')], '201')
  await expect(readBody(request, 200)).rejects.toThrow(BodyTooLargeError)
  expect(request.readableDidRead).toBe(false)
  await once(request, 'end')
})

test('one that breaks off is an error', async () => {
  const request = aRequest([Buffer.from('x')])
  const read = readBody(request, 200)
  request.destroy(new Error('aborted'))
  await expect(read).rejects.toThrow('aborted')
})

test('a length that is no number is not believed', async () => {
  expect((await readBody(aRequest([Buffer.from('x')], 'many'), 200)).toString()).toBe('x')
})
