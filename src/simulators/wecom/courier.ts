import { Agent, request } from 'node:http'
import type { Credentials } from './corp.ts'
import { decrypt, encrypt, readKey, sign } from './crypto.ts'
import type { Random } from './random.ts'
import { readXml, writeXml, type XmlRead } from './xml.ts'

/** A callback, signed and encrypted. */
export interface Sealed {
  query: string
  body: Buffer
}

/** A callback as it goes over the wire; it may be sent any number of times. */
export interface Prepared {
  /** The message's id; for an event, which has none, the simulator's own name for it. */
  msgId: string
  /** Path and query. */
  path: string
  url: string
  body: Buffer
}

/** How one attempt ended: a status, or no answer. */
export type Ack =
  | { status: number; body: Buffer; ackMs: number }
  | { status: 'timeout' | 'cut'; body?: undefined; ackMs: number }

/** The plaintext of a passive reply. */
export interface Reply {
  msgType: string
  fields: XmlRead
  /** The XML that was encrypted. */
  raw: string
}

/** Signs, encrypts, posts and reads what comes back: the platform's end of the wire. */
export class Courier {
  private readonly credentials: Credentials
  private readonly key: Buffer
  private readonly random: Random
  private readonly now: () => number
  private readonly closing = new AbortController()
  private readonly agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY, maxFreeSockets: 1024 })

  constructor(credentials: Credentials, random: Random, now: () => number) {
    this.credentials = credentials
    this.key = readKey(credentials.encodingAesKey)
    this.random = random
    this.now = now
  }

  /** Fires when the simulator closes. */
  get closed(): AbortSignal {
    return this.closing.signal
  }

  /** New timestamp, nonce and ciphertext, also for a plaintext that was sealed before. */
  seal(plaintext: string, agentId: number | undefined): Sealed {
    const { query, encrypted } = this.signed(plaintext)
    const envelope = { ToUserName: this.credentials.corpId, AgentID: agentId?.toString(), Encrypt: encrypted }
    return { query, body: Buffer.from(writeXml(envelope)) }
  }

  /** The query of the URL verification, with what has to come back. */
  challenge(): { query: string; echo: string } {
    const echo = this.random.digits(19)
    const { query, encrypted } = this.signed(echo)
    return { query: `${query}&echostr=${encodeURIComponent(encrypted)}`, echo }
  }

  post({ url, body }: Prepared, timeoutMs: number): Promise<Ack> {
    return this.exchange('POST', url, body, timeoutMs)
  }

  get(url: string, timeoutMs: number): Promise<Ack> {
    return this.exchange('GET', url, undefined, timeoutMs)
  }

  /**
   * The passive reply in an answer; undefined for an empty one or a word such as `success`. Throws when it is garbled
   * or not for this app.
   */
  open(body: Buffer): Reply | undefined {
    const text = body.toString('utf8').trim()
    if (!text.startsWith('<')) return undefined
    const { Encrypt, MsgSignature, TimeStamp, Nonce } = readXml(text)
    if (typeof Encrypt !== 'string' || typeof TimeStamp !== 'string' || typeof Nonce !== 'string') {
      throw new SyntaxError('Encrypt, TimeStamp or Nonce is missing')
    }
    if (MsgSignature !== sign(this.credentials.token, TimeStamp, Nonce, Encrypt)) {
      throw new RangeError('MsgSignature does not match')
    }
    const { text: raw, receiveId } = decrypt(this.key, Encrypt)
    const fields = readXml(raw)
    if (receiveId !== this.credentials.corpId) throw new RangeError('the receiveid is not the corpid')
    if (fields.FromUserName !== this.credentials.corpId) throw new RangeError('FromUserName is not the corpid')
    if (typeof fields.MsgType !== 'string') throw new SyntaxError('MsgType is missing')
    return { msgType: fields.MsgType, fields, raw }
  }

  close(): void {
    this.closing.abort()
    this.agent.destroy()
  }

  private signed(plaintext: string): { query: string; encrypted: string } {
    const { token, corpId } = this.credentials
    const encrypted = encrypt(this.key, plaintext, corpId, this.random.bytes(16))
    const timestamp = `${Math.floor(this.now() / 1000)}`
    const nonce = this.random.digits(10)
    const signature = sign(token, timestamp, nonce, encrypted)
    return { query: `msg_signature=${signature}&timestamp=${timestamp}&nonce=${nonce}`, encrypted }
  }

  private exchange(method: string, url: string, body: Buffer | undefined, timeoutMs: number): Promise<Ack> {
    const { agent } = this
    const startedAt = performance.now()
    return new Promise((resolve) => {
      const end = (ack: { status: number; body: Buffer } | { status: 'timeout' | 'cut' }): void => {
        clearTimeout(timer)
        resolve({ ...ack, ackMs: performance.now() - startedAt })
      }
      const headers = { 'content-type': 'text/xml', 'content-length': body?.length ?? 0, 'user-agent': 'Mozilla/4.0' }
      const sent = request(url, { method, agent, headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => end({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }))
        response.on('error', () => end({ status: 'cut' }))
      })
      sent.on('error', () => end({ status: 'cut' }))
      // The platform hangs up on whoever is late; whatever the answer would have been is lost.
      const timer = setTimeout(() => {
        end({ status: 'timeout' })
        sent.destroy()
      }, timeoutMs)
      sent.end(body)
    })
  }
}

export function withQuery(url: string, query: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}${query}`
}
