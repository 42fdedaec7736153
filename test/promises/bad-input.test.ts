import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encrypt, readKey, sign } from '../../src/simulators/wecom/crypto.ts'
import type { Prepared } from '../../src/simulators/wecom/index.ts'
import { allRuns, overviewOf } from './books.ts'
import { type Company, openCompany } from './company.ts'
import { tell, until } from './work.ts'

const SECRET_WORDS = 'the-words-of-a-person'
const MEGABYTE = 1024 * 1024

let company: Company
beforeAll(async () => {
  const opened = await openCompany()
  if (opened === undefined) throw new Error('the embedded store needs nothing')
  company = opened
})
afterAll(() => company?.close())

interface Bad {
  method?: string
  path?: string
  body?: Buffer
  headers?: Record<string, string>
}

/** Each makes something bad of a good callback, and says what it is answered with. */
const bad: Record<string, { status: number; make(good: Prepared): Bad; kind?: string }> = {
  unsigned: { status: 400, kind: 'missing_param', make: ({ path }) => ({ path: path.split('?')[0] }) },
  'without a nonce': {
    status: 400,
    kind: 'missing_param',
    make: ({ path }) => ({ path: path.replace(/&nonce=\d+/, '') }),
  },
  'with the signature twice': {
    status: 400,
    kind: 'missing_param',
    make: ({ path }) => ({ path: `${path}&msg_signature=${/msg_signature=(\w+)/.exec(path)?.[1]}` }),
  },
  'with a query that cannot be decoded': {
    status: 400,
    kind: 'missing_param',
    make: ({ path }) => ({ path: path.replace('nonce=', 'nonce=%ZZ') }),
  },
  'wrongly signed': {
    status: 403,
    kind: 'signature_mismatch',
    make: ({ path }) => ({ path: path.replace(/msg_signature=.{4}/, 'msg_signature=0000') }),
  },
  'with another body under its signature': {
    status: 403,
    kind: 'signature_mismatch',
    make: ({ body }) => ({ body: Buffer.from(body.toString().replace(/(CDATA\[[\w+/]{40})./, '$1A')) }),
  },
  'for another corp': {
    status: 403,
    kind: 'receive_id_mismatch',
    make: () => sealed(textXml('1'), { receiveId: 'wwsomebodyelse' }),
  },
  'with garbled padding': {
    status: 403,
    kind: 'bad_padding',
    make: () => sealedBytes(Buffer.alloc(64, 7).toString('base64')),
  },
  'that is encrypted in part': {
    status: 403,
    kind: 'bad_ciphertext',
    make: () => sealedBytes(Buffer.alloc(50, 7).toString('base64')),
  },
  'with no XML inside': { status: 403, kind: 'bad_payload', make: () => sealed(`${SECRET_WORDS} <`) },
  'with a DOCTYPE outside': {
    status: 400,
    kind: 'bad_envelope',
    make: ({ body }) => ({ body: Buffer.from(`<!DOCTYPE xml [<!ENTITY e "x">]>${body}`) }),
  },
  'with a DOCTYPE inside': {
    status: 403,
    kind: 'bad_payload',
    make: () =>
      sealed(`<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/passwd">]>${textXml('2').replace(SECRET_WORDS, '&e;')}`),
  },
  'that is JSON': {
    status: 400,
    kind: 'bad_envelope',
    make: () => ({ body: Buffer.from(`{"Encrypt":"${SECRET_WORDS}"}`) }),
  },
  'without a body': { status: 400, kind: 'bad_envelope', make: () => ({ body: Buffer.alloc(0) }) },
  'of 10 MB': { status: 413, kind: 'too_large', make: () => ({ body: Buffer.alloc(10 * MEGABYTE, SECRET_WORDS) }) },
  'of 10 MB whose length is not told': {
    status: 413,
    kind: 'too_large',
    make: () => ({ body: Buffer.alloc(10 * MEGABYTE, SECRET_WORDS), headers: { 'transfer-encoding': 'chunked' } }),
  },
  'to an unknown channel': { status: 404, make: ({ path }) => ({ path: path.replace('/in/wecom', '/in/nobody') }) },
  'to a channel that takes none': {
    status: 404,
    make: ({ path }) => ({ path: path.replace('/in/wecom', '/in/console') }),
  },
  'to a channel that cannot be decoded': {
    status: 400,
    make: ({ path }) => ({ path: path.replace('/in/wecom', '/in/%E4%BD') }),
  },
  'by PUT': { status: 404, make: () => ({ method: 'PUT' }) },
  'by DELETE': { status: 404, make: () => ({ method: 'DELETE' }) },
  'by GET, as if to check the URL': {
    status: 400,
    kind: 'missing_param',
    make: () => ({ method: 'GET', body: Buffer.alloc(0) }),
  },
}

test.each(Object.keys(bad))('a callback %s is refused, and its good twin still runs', async (name) => {
  const { wecom, huitou } = company
  const { status, make, kind } = bad[name] ?? { status: 0, make: () => ({}) }
  const good = wecom.prepare('zhangsan', `demo echo ${SECRET_WORDS} ${name}`)
  const logged = huitou.log.length

  expect(await exchange({ ...good, ...make(good) })).toBe(status)
  if (kind !== undefined) {
    await until(() => huitou.log.slice(logged).some((line) => line.kind === kind), 5_000, `a log line of ${kind}`)
    expect(huitou.log.slice(logged).find((line) => line.kind === kind)).toMatchObject({ channel: 'wecom', status })
  }
  expect(await company.task(good.msgId)).toBeUndefined()

  const twin = await wecom.post(good)
  expect(twin.status).toBe(200)
  expect((await company.ended(good.msgId)).state).toBe('done')
})

test('whatever its content type says, a callback is read', async () => {
  const good = company.wecom.prepare('zhangsan', 'demo echo 类型')
  expect(await exchange({ ...good, headers: { 'content-type': 'application/x-www-form-urlencoded' } })).toBe(200)
  expect((await company.ended(good.msgId)).state).toBe('done')
})

test('what nobody can answer is acknowledged and ignored', async () => {
  const runs = (await allRuns(company.huitou)).length
  for (const { status } of [
    await company.wecom.callback('text', { MsgType: 'hologram', Content: SECRET_WORDS }),
    await company.wecom.callback('an_event_of_the_future'),
    await company.wecom.callback('change_contact'),
  ]) {
    expect(status).toBe(200)
  }
  const reasons = () => company.huitou.log.filter(({ msg }) => msg === 'callback ignored').map(({ why }) => why)
  await until(() => reasons().length >= 3, 5_000, 'three log lines')
  expect(reasons()).toEqual([
    'a message of the type hologram',
    'the event an_event_of_the_future',
    'the event change_contact of the system, not of a person',
  ])
  expect((await allRuns(company.huitou)).length).toBe(runs)
})

test('a client that hangs up in the middle of its body is no fault of ours', async () => {
  const errors = company.huitou.log.filter(({ level }) => level === 50).length
  const socket = await dial()
  socket.write('POST /in/wecom HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n<xml>')
  await new Promise((resolve) => setTimeout(resolve, 100))
  socket.destroy()
  expect((await company.wecom.say('zhangsan', 'demo echo 还在')).status).toBe(200)
  expect(company.huitou.log.filter(({ level }) => level === 50).length).toBe(errors)
  expect(company.huitou.errors()).toBe('')
})

test('200 slow clients do not stop acknowledgements', async () => {
  const slow = await Promise.all(Array.from({ length: 200 }, dial))
  for (const [index, socket] of slow.entries()) {
    const head = 'POST /in/wecom HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n'
    // Half of them stop inside the head, half inside the body.
    socket.write(index % 2 === 0 ? head : `${head}\r\n<xml>`)
  }
  const times: number[] = []
  for (let index = 0; index < 40; index++) {
    for (const socket of slow) socket.write(index === 0 ? 'x' : 'y')
    const { status, ackMs } = await company.wecom.say(`member-${index}`, `demo echo ${index}`)
    expect(status).toBe(200)
    times.push(ackMs)
  }
  tell({ besideSlowClients: { slowestMs: Math.max(...times), medianMs: times.toSorted((a, b) => a - b)[20] } })
  expect(Math.max(...times)).toBeLessThan(2_000)
  for (const socket of slow) socket.destroy()
})

test('after all that the process is the same, and its log tells no secret and no words', async () => {
  const { huitou, wecom } = company
  expect((await huitou.api('/healthz')).status).toBe(200)
  expect((await overviewOf(huitou)).store.up).toBe(true)
  const log = JSON.stringify(huitou.log) + huitou.errors()
  const { secret, token, encodingAesKey } = wecom.credentials
  for (const word of [SECRET_WORDS, secret, token, encodingAesKey, huitou.token, huitou.password]) {
    expect(log).not.toContain(word)
  }
})

/** The status, whatever the server does while the body is still on its way. */
function exchange({ url, path, body, method = 'POST', headers = {} }: Bad & { url?: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    const target = new URL(path ?? '/', company.huitou.url)
    const length = headers['transfer-encoding'] === undefined ? { 'content-length': `${body?.length ?? 0}` } : {}
    const sent = request(
      url === undefined ? target : new URL(path ?? '/', url),
      { method, headers: { ...length, ...headers } },
      (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

async function dial(): Promise<Socket> {
  const { hostname, port } = new URL(company.huitou.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

function textXml(msgId: string): string {
  const { corpId, agentId } = company.wecom.credentials
  return `<xml><ToUserName>${corpId}</ToUserName><FromUserName>zhangsan</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content>${SECRET_WORDS}</Content><MsgId>${msgId}</MsgId><AgentID>${agentId}</AgentID></xml>`
}

/** A callback signed with the right token around any plaintext. */
function sealed(plaintext: string, { receiveId = company.wecom.credentials.corpId } = {}): Bad {
  const key = readKey(company.wecom.credentials.encodingAesKey)
  return sealedBytes(encrypt(key, plaintext, receiveId, Buffer.alloc(16, 1)))
}

function sealedBytes(encrypted: string): Bad {
  const [timestamp, nonce] = ['1800000000', '1234567890']
  const signature = sign(company.wecom.credentials.token, timestamp, nonce, encrypted)
  return {
    path: `/in/wecom?msg_signature=${signature}&timestamp=${timestamp}&nonce=${nonce}`,
    body: Buffer.from(`<xml><ToUserName>x</ToUserName><Encrypt>${encrypted}</Encrypt></xml>`),
  }
}
