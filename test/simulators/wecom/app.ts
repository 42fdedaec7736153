import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decrypt, encrypt, readKey, sign } from '../../../src/simulators/wecom/crypto.ts'
import type { Credentials } from '../../../src/simulators/wecom/index.ts'
import { readXml, writeXml, type XmlFields, type XmlRead } from '../../../src/simulators/wecom/xml.ts'

/** A callback as an app receives it. */
export interface Received {
  query: URLSearchParams
  body: string
  fields: XmlRead
}

type Behaviour = (received: Received, response: ServerResponse, request: IncomingMessage) => void

/** An app in small: checks every callback, keeps it and answers as it is told. */
export async function startApp(credentials: Credentials) {
  const { token, encodingAesKey, corpId } = credentials
  const key = readKey(encodingAesKey)
  const received: Received[] = []
  let behave: Behaviour = (_received, response) => response.end()

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const query = new URL(request.url ?? '/', 'http://app').searchParams
      const body = Buffer.concat(chunks).toString('utf8')
      const encrypted = query.get('echostr') ?? String(readXml(body).Encrypt)
      const signature = sign(token, query.get('timestamp') ?? '', query.get('nonce') ?? '', encrypted)
      const opened = decrypt(key, encrypted)
      if (signature !== query.get('msg_signature') || opened.receiveId !== corpId) {
        response.writeHead(403).end()
        return
      }
      if (query.has('echostr')) {
        behave({ query, body: opened.text, fields: {} }, response, request)
        return
      }
      const one = { query, body, fields: readXml(opened.text) }
      received.push(one)
      behave(one, response, request)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A TCP server that listens has an address with a port.
  const { port } = server.address() as AddressInfo

  return {
    url: `http://127.0.0.1:${port}/in/wecom`,
    received,
    behaves(next: Behaviour) {
      behave = next
    },
    /** The body of a passive reply. */
    reply(fields: XmlFields, receiveId = corpId): string {
      const plain = writeXml({ FromUserName: corpId, CreateTime: 1, ...fields })
      const sealed = encrypt(key, plain, receiveId, Buffer.alloc(16, 1))
      return writeXml({ Encrypt: sealed, MsgSignature: sign(token, '1', '2', sealed), TimeStamp: 1, Nonce: '2' })
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export type App = Awaited<ReturnType<typeof startApp>>
