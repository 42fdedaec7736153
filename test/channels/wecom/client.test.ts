import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { wecomClient } from '../../../src/channels/wecom/client.ts'
import { SetupError, UnavailableError, UnsureError } from '../../../src/core/errors.ts'
import { channelPorts, type FakePorts } from '../../fakes/channel-ports.ts'
import { qyapi } from './qyapi.ts'

const never = new AbortController().signal
const file = { bytes: Buffer.from('0123456789'), name: 'a.txt', type: 'text/plain' }

let api: Awaited<ReturnType<typeof qyapi>>
let ports: FakePorts
beforeEach(async () => {
  api = await qyapi()
  ports = channelPorts()
})
afterEach(() => api.close())

/** Called twice with the same ports: two processes with one store. */
const aClient = (apiBaseUrl = api.url) => wecomClient({ corpId: 'ww1', secret: 'S3CRET', apiBaseUrl }, ports)
const send = (client = aClient(), signal = never) => client.post('message/send', { text: 'hi' }, signal)
const refused = (errcode: number) => ({ json: { errcode, errmsg: 'no' } })
const tokensUsed = () => api.callsTo('message/send').map(({ query }) => query.access_token)

describe('the access token', () => {
  test('is fetched once for all processes', async () => {
    await Promise.all(Array.from({ length: 10 }, () => send()))
    expect(api.callsTo('gettoken').length).toBe(1)
  })

  test('is renewed five minutes before it ends', async () => {
    await send()
    ports.pass(6899_000)
    await send()
    expect(api.callsTo('gettoken').length).toBe(1)
    ports.pass(2000)
    await send()
    expect(tokensUsed()).toEqual(['token-1', 'token-1', 'token-2'])
  })

  test('refused to many at once, is fetched anew once', async () => {
    await send()
    api.revoke('token-1')
    const answers = await Promise.all(Array.from({ length: 5 }, () => send()))
    expect(answers.every(({ errcode }) => errcode === 0)).toBe(true)
    expect(api.callsTo('gettoken').length).toBe(2)
  })

  test('that does not come in time keeps no send beyond its own time: it was not sent', async () => {
    const token = ports.shared.get
    ports.shared.get = () => new Promise(() => {})
    await expect(send(aClient(), AbortSignal.timeout(20))).rejects.toThrow(UnavailableError)
    ports.shared.get = token
    expect(api.calls).toEqual([])
    await send()
  })

  test('refused when it is new as well is a matter for the operator, and rests for a minute', async () => {
    const client = aClient()
    api.script('message/send', refused(40014), refused(40014))
    await expect(send(client)).rejects.toThrow(SetupError)
    await expect(send(client)).rejects.toThrow(SetupError)
    expect(api.calls.length).toBe(4)
    ports.pass(60_000)
    await send(client)
  })

  test('a wrong secret is tried once a minute by all processes together', async () => {
    api.script('gettoken', refused(40001), refused(40001))
    for (const client of [aClient(), aClient(), aClient()]) await expect(send(client)).rejects.toThrow(/40001/)
    expect(api.callsTo('gettoken').length).toBe(1)
    ports.pass(60_000)
    await expect(send()).rejects.toThrow(SetupError)
    expect(api.callsTo('gettoken').length).toBe(2)
  })

  test('40001 on a call means a token WeCom has forgotten', async () => {
    api.script('message/send', refused(40001))
    expect(await send()).toMatchObject({ errcode: 0 })
    expect(tokensUsed()).toEqual(['token-1', 'token-2'])
  })

  test('an answer without a token is no token', async () => {
    api.script('gettoken', { json: { errcode: 0, errmsg: 'ok' } })
    await expect(send()).rejects.toThrow(UnavailableError)
    expect(await send()).toMatchObject({ errcode: 0 })
  })
})

describe('an answer that is lost', () => {
  test.each([
    ['the connection is cut', 'cut'],
    ['the server fails', { status: 502, bytes: Buffer.from('<html>bad gateway</html>') }],
    ['the server fails with JSON', { status: 500, json: { errcode: 0 } }],
    ['the answer is no JSON', { bytes: Buffer.from('ok') }],
    ['the answer has no errcode', { json: { ok: true } }],
    ['the answer leads elsewhere', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
  ] as const)('%s: the call may have arrived and may be repeated', async (_, script) => {
    api.script('message/send', script)
    const fault = await send().catch((error: unknown) => error)
    expect(fault).toBeInstanceOf(UnsureError)
    expect(fault).toMatchObject({ repeatable: true })
  })

  test('of an upload costs nothing: it is uploaded again', async () => {
    api.script('media/upload', 'cut')
    await expect(aClient().upload('file', file, never)).rejects.toThrow(UnavailableError)
  })

  test('because the caller gave up is lost as well', async () => {
    const client = aClient()
    await send(client)
    api.script('message/send', 'hang')
    const stop = new AbortController()
    const call = api.nextCall()
    const sending = send(client, stop.signal)
    await call
    stop.abort()
    await expect(sending).rejects.toThrow(UnsureError)
  })

  test('nothing is sent for a caller who has given up before', async () => {
    await expect(send(aClient(), AbortSignal.abort())).rejects.toThrow(UnavailableError)
    expect(api.callsTo('message/send')).toEqual([])
  })
})

test('a platform that cannot be reached was not sent anything', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  // A server that listens on a TCP port has an address with one.
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  await expect(send(aClient(`http://127.0.0.1:${port}`))).rejects.toThrow(UnavailableError)
  await expect(send(aClient('http://no-such-host.invalid'))).rejects.toThrow(UnavailableError)
})

test('a base URL may have a path, and must be one of http', async () => {
  expect(await send(aClient(`${api.url}//`))).toMatchObject({ errcode: 0 })
  for (const url of ['', 'qyapi.weixin.qq.com', 'ftp://example.com']) expect(() => aClient(url)).toThrow(SetupError)
})

test('texts go out as they are, without escapes', async () => {
  await aClient().post('message/send', { text: '汉👍\u0001\ud800\n"' }, never)
  expect(api.callsTo('message/send')[0]?.bytes.toString()).toBe('{"text":"汉👍\ufffd\\n\\""}')
})

test('neither token nor secret gets into an error or a log', async () => {
  const faults: unknown[] = []
  for (const script of ['cut', refused(42001), { status: 500 }] as const) {
    api.script('message/send', script, script)
    api.script('media/get', script, script)
    faults.push(await send().catch((error: unknown) => error))
    faults.push(
      await aClient()
        .download('m', never)
        .catch((error: unknown) => error),
    )
    ports.pass(60_000)
  }
  api.script('gettoken', refused(40001))
  ports.pass(7_200_000)
  faults.push(await send().catch((error: unknown) => error))
  const told = faults.map((fault) => (fault instanceof Error ? `${fault.stack} ${String(fault.cause)}` : '')).join()
  expect(told + ports.logged()).not.toMatch(/token-\d|S3CRET/)
  expect(faults.every((fault) => fault instanceof Error)).toBe(true)
})

describe('a download', () => {
  test('is the bytes, with the name the platform gives', async () => {
    const headers = { 'content-type': 'image/png', 'content-disposition': "attachment; filename*=UTF-8''%E5%9B%BE.png" }
    api.script('media/get', { headers, bytes: Buffer.from('picture') })
    const answer = await aClient().download('m-1', never)
    expect(answer.file).toEqual({ bytes: Buffer.from('picture'), name: '图.png', type: 'image/png' })
    expect(api.callsTo('media/get')[0]?.query.media_id).toBe('m-1')
  })

  test('of a JSON file is that file', async () => {
    const headers = { 'content-type': 'application/json', 'content-disposition': 'attachment; filename="../a.json"' }
    api.script('media/get', { headers, json: { errcode: 0, name: 'mine' } })
    expect((await aClient().download('m-1', never)).file).toMatchObject({ name: 'a.json' })
  })

  test('takes another token when the first is refused', async () => {
    api.script('media/get', refused(40014), { headers: { 'content-type': 'image/png' }, bytes: Buffer.from('picture') })
    expect((await aClient().download('m-1', never)).file?.bytes.toString()).toBe('picture')
  })
})
