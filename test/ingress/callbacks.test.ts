import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { StoreUnavailableError } from '../../src/core/errors.ts'
import type { Ack } from '../../src/core/message/ack.ts'
import type { Message } from '../../src/core/message/message.ts'
import { takeCallbacks } from '../../src/ingress/callbacks.ts'
import type { RidingAnswer } from '../../src/ingress/held-replies.ts'
import type { Reception } from '../../src/ingress/reception.ts'
import { fakeChannel } from '../fakes/channel.ts'

const message: Message = {
  id: 'staff-1',
  from: { channel: 'staff', chat: 'lisi', chatKind: 'private' },
  sender: { id: 'lisi' },
  text: 'demo echo 你好',
  parts: [{ kind: 'text', text: 'demo echo 你好' }],
  receivedAt: 0,
}
const good = JSON.stringify(message)

let url: string
let log: { level: string; fields: object; message: string }[]
let acks: string[]
/** What was left with those who wait for the store. */
let taken: string[]
let isAway: boolean
/** What becomes of a message; the test says. */
let answer: Reception['answer']

beforeEach(async () => {
  log = []
  acks = []
  taken = []
  isAway = false
  answer = async (_channel, _message, ack) => ack
  const note = (level: string) => (fields: object, message: string) => void log.push({ level, fields, message })
  const staff = fakeChannel()
  const broken = fakeChannel({
    id: 'broken',
    can: {
      callbacks: {
        receive() {
          throw new TypeError('a fault of ours')
        },
      },
    },
  })
  const deaf = fakeChannel({ id: 'deaf', can: { callbacks: undefined } })
  const app = express()
  app.enable('case sensitive routing')
  takeCallbacks(app, {
    channels: new Map([staff, broken, deaf, fakeChannel({ id: 'once' })].map((channel) => [channel.id, channel])),
    reception: { answer: (...given) => answer(...given), take: () => Promise.reject(new Error('not by callbacks')) },
    waiting: new Map([
      ['once', { size: 0, close: async () => {}, take: async ({ text }) => taken.push(text) > 0 && !isAway }],
    ]),
    bodyBytes: 1_000,
    onAck: (channel, kind) => void acks.push(`${channel} ${kind}`),
    log: { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') },
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  // A listening TCP server has an AddressInfo.
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

const post = (body: string, path = '/in/staff') => fetch(`${url}${path}`, { method: 'POST', body })

test('a message is acknowledged once it is stored, and not before', async () => {
  const stored = Promise.withResolvers<Ack>()
  answer = () => stored.promise
  let isAnswered = false
  const posted = post(good).then((response) => {
    isAnswered = true
    return response
  })
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(isAnswered).toBe(false)
  stored.resolve({ status: 200, body: 'ok', headers: { 'content-type': 'application/xml' } })
  const response = await posted
  expect(response.status).toBe(200)
  expect(await response.text()).toBe('ok')
  expect(response.headers.get('content-type')).toContain('application/xml')
  expect(acks).toEqual(['staff message'])
})

test('a message that cannot be stored is answered with 503, so that the platform comes again', async () => {
  answer = () => Promise.reject(new StoreUnavailableError('the queue cannot be reached'))
  const response = await post(good)
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('5')
  expect(acks).toEqual(['staff unavailable'])
})

test('a message whose platform never sends again is left with those who wait for the store', async () => {
  answer = () => Promise.reject(new StoreUnavailableError('the queue cannot be reached'))
  expect((await post(good, '/in/once')).status).toBe(200)
  expect(taken).toEqual([message.text])
  expect(acks).toEqual(['once message'])
})

test('one that is not stored yet is not acknowledged, though it waits here', async () => {
  isAway = true
  expect((await post(good, '/in/once')).status).toBe(503)
  expect(taken).toEqual([message.text])
  expect(acks).toEqual(['once unavailable'])
})

test('a handshake gets its echo, and what is ignored its ack with the reason in the log', async () => {
  expect(await (await fetch(`${url}/in/staff`)).text()).toBe('hello')
  expect((await post('ignore me')).status).toBe(200)
  expect(log).toEqual([{ level: 'info', fields: { channel: 'staff', why: 'asked to' }, message: 'callback ignored' }])
  expect(acks).toEqual(['staff handshake', 'staff ignored'])
})

test('what proves nothing is refused with the status of its channel and no word', async () => {
  const response = await post('')
  expect(response.status).toBe(400)
  expect(await response.text()).toBe('')
  expect(log).toEqual([
    { level: 'warn', fields: { channel: 'staff', kind: 'empty', status: 400 }, message: 'callback refused' },
  ])
})

test('an unknown channel, one that takes no callbacks, and one that is spelt otherwise are not found', async () => {
  for (const path of ['/in/nobody', '/in/deaf', '/in/STAFF', '/IN/staff', '/in/', '/in/staff/more']) {
    expect((await post(good, path)).status).toBe(404)
  }
})

test('a body is read up to its limit and not beyond, whether its length is told or not', async () => {
  expect((await post('x'.repeat(1_001))).status).toBe(413)
  const chunks = new ReadableStream({
    start(controller) {
      for (let index = 0; index < 20; index++) controller.enqueue(new TextEncoder().encode('x'.repeat(100)))
      controller.close()
    },
  })
  // `duplex` belongs to Node's fetch and is missing from the DOM's types.
  const init = { method: 'POST', body: chunks, duplex: 'half' } as RequestInit
  expect((await fetch(`${url}/in/staff`, init)).status).toBe(413)
  expect(log.map(({ fields }) => fields)).toMatchObject([{ kind: 'too_large' }, { kind: 'too_large' }])
})

test('a fault of ours shows nobody its stack', async () => {
  const response = await post(good, '/in/broken')
  expect(response.status).toBe(500)
  expect(await response.text()).toBe('')
  expect(log).toEqual([
    { level: 'error', fields: { error: 'TypeError: a fault of ours' }, message: 'a callback failed' },
  ])
  expect((await post(good, '/in/%E4%BD')).status).toBe(400)
})

test('an answer that rides on the ack knows that it was written', async () => {
  const written = Promise.withResolvers<boolean>()
  const riding: RidingAnswer = { ack: { status: 200, body: 'the answer' }, written: async (ok) => written.resolve(ok) }
  answer = async () => riding
  expect(await (await post(good)).text()).toBe('the answer')
  expect(await written.promise).toBe(true)
})

test('an answer whose connection is gone knows that it was not written', async () => {
  const written = Promise.withResolvers<boolean>()
  const asked = Promise.withResolvers<void>()
  answer = async (_channel, _message, _ack, gone) => {
    asked.resolve()
    if (!gone.aborted) await once(gone, 'abort')
    return { ack: { status: 200, body: 'the answer' }, written: async (ok) => written.resolve(ok) }
  }
  const sent = request(`${url}/in/staff`, { method: 'POST' }).on('error', () => undefined)
  sent.end(good)
  await asked.promise
  sent.destroy()
  expect(await written.promise).toBe(false)
})

test('a message that was answered is not refused afterwards because its answer could not be settled', async () => {
  answer = async () => ({
    ack: { status: 200, body: 'the answer' },
    written: () => Promise.reject(new StoreUnavailableError('away')),
  })
  const response = await post(good)
  expect(response.status).toBe(200)
  expect(await response.text()).toBe('the answer')
  await expect.poll(() => log.map(({ message }) => message)).toEqual(['an answer was not settled'])
})

test('a client that hangs up in the middle of its body leaves no trace', async () => {
  const sent = request(`${url}/in/staff`, { method: 'POST', headers: { 'content-length': 900 } })
  sent.on('error', () => undefined)
  sent.write('half of it')
  await once(sent, 'socket')
  await new Promise((resolve) => setTimeout(resolve, 50))
  sent.destroy()
  expect((await post(good)).status).toBe(200)
  expect(log).toEqual([])
})
