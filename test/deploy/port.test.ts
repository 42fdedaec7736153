import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setImmediate as soon } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { openPort } from '../../src/deploy/port.ts'

async function aPort() {
  const port = await openPort(0, '127.0.0.1')
  onTestFinished(() => port.close())
  return port
}

/** Answers with its name, as a release would. */
function aServer(name: string) {
  const server = createServer((_request, response) => response.setHeader('connection', 'close').end(name))
  return (socket: Socket): void => {
    server.emit('connection', socket)
    // Handed to another process it would flow by itself.
    socket.resume()
  }
}

const ask = async (port: number) => (await fetch(`http://127.0.0.1:${port}/`)).text()

test('who connects while no release runs waits for the next one', async () => {
  const port = await aPort()
  const answers = Promise.all([ask(port.number), ask(port.number)])
  const probe = connect(port.number, '127.0.0.1')
  await once(probe, 'connect')
  probe.destroy()
  await soon()
  port.leadTo(aServer('one'))
  expect(await answers).toEqual(['one', 'one'])
})

test('connections go where they are led, from one moment to the next', async () => {
  const port = await aPort()
  port.leadTo(aServer('one'))
  expect(await ask(port.number)).toBe('one')
  port.leadTo(aServer('two'))
  expect(await ask(port.number)).toBe('two')
  port.hold()
  const held = ask(port.number)
  port.leadTo(aServer('three'))
  expect(await held).toBe('three')
})

test('a port that is taken is refused', async () => {
  const port = await aPort()
  await expect(openPort(port.number, '127.0.0.1')).rejects.toThrow(
    'is taken: stop what uses it, or set PORT to another',
  )
})
