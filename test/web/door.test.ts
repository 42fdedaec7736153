import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { faultOf, ownPort } from '../../src/web/door.ts'

async function aTakenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : expect.fail('it listens on a port')
}

test('a port that is taken is told in a sentence, before anything else is opened', async () => {
  const port = await aTakenPort()
  await expect(ownPort({ host: '127.0.0.1', port }).check()).rejects.toThrow(
    `port ${port} of 127.0.0.1 is taken: stop what uses it, or set PORT to another`,
  )
})

test('a port that is free is free after the look too', async () => {
  const port = await aTakenPort().then((taken) => (taken === 65_535 ? taken - 1 : taken + 1))
  const door = ownPort({ host: '127.0.0.1', port })
  await door.check()
  await door.check()
})

test.each([
  ['EACCES', /may not open port 80: set PORT/],
  ['EADDRNOTAVAIL', /has no address 192\.0\.2\.1: set HOST/],
  ['ENOTFOUND', /nobody knows the host 192\.0\.2\.1: set HOST/],
])('%s says what to set', (code, sentence) => {
  const error = Object.assign(new Error('listen'), { code })
  expect(faultOf(error, '192.0.2.1', 80).message).toMatch(sentence)
})

test('what nobody has foreseen stays what it is', () => {
  const error = Object.assign(new Error('listen'), { code: 'EMFILE' })
  expect(faultOf(error, '127.0.0.1', 80)).toBe(error)
})
