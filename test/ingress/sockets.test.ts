import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import type { InboundRequest } from '../../src/channels/channel.ts'
import { UnverifiedError } from '../../src/core/errors.ts'
import { type Sockets, takeSockets } from '../../src/ingress/sockets.ts'
import { fakeChannel } from '../fakes/channel.ts'

let address: AddressInfo
let sockets: Sockets
let admitted: InboundRequest[]
let log: { fields: object; message: string }[]

beforeEach(async () => {
  admitted = []
  log = []
  const note = (fields: object, message: string) => void log.push({ fields, message })
  const staff = fakeChannel({
    can: {
      sockets: {
        admit(request) {
          if (request.headers.authorization !== 'Bearer right')
            throw new UnverifiedError('wrong token', 'wrong_token', 403)
          admitted.push(request)
          return (socket) => socket.on('message', (frame) => socket.send(`heard ${String(frame)}`))
        },
      },
    },
  })
  sockets = takeSockets({
    channels: new Map([staff, fakeChannel({ id: 'deaf' })].map((channel) => [channel.id, channel])),
    log: { debug: note, info: note, warn: note, error: note },
  })
  const server = createServer((_req, res) => void res.end('page'))
  server.on('upgrade', (request, stream, head) => {
    if (!sockets.upgrade(request, stream, head)) stream.destroy()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A listening TCP server has an AddressInfo.
  address = server.address() as AddressInfo
  onTestFinished(() => {
    sockets.close()
    server.closeAllConnections()
    server.close()
  })
})

function dial(path: string, authorization?: string): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${address.port}${path}`, {
    headers: { ...(authorization && { authorization }) },
  })
}

async function statusOf(socket: WebSocket): Promise<number | undefined> {
  const [, response] = await once(
    socket.on('error', () => {}),
    'unexpected-response',
  )
  return response.statusCode
}

test('a socket that proves itself is handed to its channel, with the query as it came', async () => {
  const socket = dial('/in/staff?access_token=a%20b', 'Bearer right')
  await once(socket, 'open')
  socket.send('hello')
  const [answer] = await once(socket, 'message')
  expect(String(answer)).toBe('heard hello')
  expect(admitted).toMatchObject([{ method: 'GET', rawQuery: 'access_token=a%20b' }])
})

test('one that does not is refused before the upgrade, and the log says why without the token', async () => {
  expect(await statusOf(dial('/in/staff', 'Bearer wrong-secret'))).toBe(403)
  expect(log).toEqual([{ fields: { channel: 'staff', kind: 'wrong_token', status: 403 }, message: 'socket refused' }])
  expect(JSON.stringify(log)).not.toContain('wrong-secret')
})

test('a channel that takes no sockets, and one that is not there, are not found', async () => {
  for (const path of ['/in/deaf', '/in/nobody']) expect(await statusOf(dial(path, 'Bearer right'))).toBe(404)
})

test('other paths are left to others', async () => {
  const socket = dial('/api/console', 'Bearer right')
  const [error] = await once(socket, 'error')
  expect(String(error)).toContain('socket hang up')
  expect(admitted).toEqual([])
})

test('a connection that breaks while it knocks harms nobody', async () => {
  const knock = connect(address.port, '127.0.0.1')
  await once(knock, 'connect')
  knock.write('GET /in/staff HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
  knock.resetAndDestroy()
  await once(knock, 'close')
  const socket = dial('/in/staff', 'Bearer right')
  await once(socket, 'open')
  socket.terminate()
})

test('all are sent away when the process stops', async () => {
  const socket = dial('/in/staff', 'Bearer right')
  await once(socket, 'open')
  sockets.close()
  const [code] = await once(socket, 'close')
  expect(code).toBe(1001)
})
