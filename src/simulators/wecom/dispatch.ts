import { setTimeout as sleep } from 'node:timers/promises'
import { UsageError } from '../../core/errors.ts'
import { whyOf } from '../../core/text/why.ts'
import { requireLoopback } from '../control.ts'
import { type CallbackFields, type CallbackKind, callbackFields } from './callback.ts'
import { show } from './content.ts'
import type { Corp } from './corp.ts'
import { type Ack, type Courier, type Prepared, type Reply, type Sealed, withQuery } from './courier.ts'
import { passiveContent } from './passive.ts'
import { writeXml, type XmlFields } from './xml.ts'

export interface DeliverOptions {
  /** The 64-bit id of a message; undefined: a new one. */
  msgId?: string
  /** Hang up after this long. */
  timeoutMs?: number
  /** How often it is sent again at most, beyond the first time. */
  redeliveries?: number
  redeliverAfterMs?: number
  /** What whoever had it said calls it: its line in the feed bears this. */
  sayingId?: string
}

export interface DeliveryRules {
  timeoutMs: number
  redeliveries: number
  redeliverAfterMs: number
  /** The documents disagree: 90238 sends again on any status but 200, 90930 only when there was no answer. */
  redeliverOnStatus: boolean
}

/** What became of a callback. */
export interface Delivered {
  msgId: string
  /** The last attempt's status; 0 when there was none. */
  status: number
  attempts: number
  /** How long the last attempt took to be answered or given up. */
  ackMs: number
  /** How each attempt ended. */
  answers: (number | 'timeout' | 'cut')[]
  /** What the member read at once. `content`: its words; `raw`: the plaintext XML. */
  reply?: { msgType: string; content: string; raw: string }
  /** Why the platform would throw the reply away. */
  badReply?: string
}

interface Sent {
  id: string
  from: string
  plain: XmlFields
  plaintext: string
  agentId: number | undefined
  first: Sealed
  times: number
  sayingId?: string
}

/** Messages that `redeliver` still knows. */
const REMEMBERED = 20_000

/** Makes callbacks and sends them as the platform does, again and again until one is acknowledged. */
export class Dispatch {
  private readonly corp: Corp
  private readonly courier: Courier
  private readonly rules: DeliveryRules
  private readonly sent = new Map<string, Sent>()
  private callbackUrl: string | undefined
  private nextMsgId: bigint
  private events = 0

  constructor(corp: Corp, courier: Courier, rules: DeliveryRules) {
    this.corp = corp
    this.courier = courier
    this.rules = rules
    // Above 2^53, and never the id of an earlier run against the same store.
    this.nextMsgId = BigInt(corp.now()) * 1_000_000n + BigInt(corp.random.digits(6))
  }

  get hasCallback(): boolean {
    return this.callbackUrl !== undefined
  }

  setCallback(url: string): void {
    requireLoopback(url, 'http:')
    this.callbackUrl = url
  }

  /** What saving the callback URL in the console does: one GET, one second, no second try. */
  async verifyUrl(): Promise<{ ok: boolean; status: number; body: string }> {
    const { query, echo } = this.courier.challenge()
    const { url } = this.address('', { query, body: Buffer.alloc(0) })
    const ack = await this.courier.get(url, 1000)
    const body = ack.body?.toString('utf8') ?? ''
    return { ok: ack.status === 200 && body === echo, status: numeric(ack), body }
  }

  prepare(kind: CallbackKind, fields: CallbackFields, msgId?: string): Prepared {
    const plain = callbackFields(this.corp, kind, fields)
    const isEvent = plain.MsgType === 'event'
    const id = msgId ?? (isEvent ? `event-${++this.events}` : `${this.nextMsgId++}`)
    const plaintext = writeXml(isEvent ? plain : { ...plain, MsgId: BigInt(id) })
    const agentId = plain.AgentID === undefined ? undefined : this.corp.credentials.agentId
    const from = String(plain.FromUserName)
    const message = { id, from, plain, plaintext, agentId, first: this.courier.seal(plaintext, agentId), times: 0 }
    const prepared = this.address(id, message.first)
    this.remember(message)
    return prepared
  }

  /**
   * Sends a new callback until it is acknowledged or the redeliveries are used up. Never rejects for what the other
   * side does.
   */
  async deliver(kind: CallbackKind, fields: CallbackFields, options: DeliverOptions = {}): Promise<Delivered> {
    const { msgId } = this.prepare(kind, fields, options.msgId)
    const message = this.sent.get(msgId)
    if (message) message.sayingId = options.sayingId
    return this.attempt(msgId, { ...this.rules, ...options })
  }

  /** One attempt with exactly these bytes. */
  async post(prepared: Prepared): Promise<Delivered> {
    const delivered = unanswered(prepared.msgId)
    const message = this.sent.get(prepared.msgId)
    if (message) this.goesOut(message)
    this.take(delivered, await this.courier.post(prepared, this.rules.timeoutMs), message?.from)
    return delivered
  }

  /** One more attempt for a message that was sent or prepared before. */
  async redeliver(msgId: string): Promise<Delivered> {
    return this.attempt(msgId, { ...this.rules, redeliveries: 0 })
  }

  /** The passive reply in an answer that somebody else's client received; shown to `from` as if it had come here. */
  receive(body: Buffer, prepared: Prepared): Delivered['reply'] {
    const delivered = unanswered(prepared.msgId)
    this.take(delivered, { status: 200, body, ackMs: 0 }, this.sent.get(prepared.msgId)?.from)
    return delivered.reply
  }

  private async attempt(msgId: string, rules: DeliveryRules): Promise<Delivered> {
    const message = this.sent.get(msgId)
    if (!message) throw new UsageError(`no message ${msgId} was sent, or too long ago`)
    const delivered = unanswered(msgId)
    const { closed } = this.courier
    while (!closed.aborted) {
      const ack = await this.courier.post(this.next(message), rules.timeoutMs)
      this.take(delivered, ack, message.from)
      const isDone = typeof ack.status === 'number' && (ack.status === 200 || !rules.redeliverOnStatus)
      if (isDone || delivered.attempts > rules.redeliveries) break
      await sleep(rules.redeliverAfterMs, undefined, { signal: closed }).catch(() => undefined)
    }
    return delivered
  }

  /** Nobody knows whether a redelivery carries the first bytes or is sealed anew, so they take turns. */
  private next(message: Sent): Prepared {
    this.goesOut(message)
    const { id, first, times, plaintext, agentId } = message
    return this.address(id, times === 1 || times % 2 === 0 ? first : this.courier.seal(plaintext, agentId))
  }

  /** To wherever callbacks go now: an app may have moved since the message was sealed. */
  private address(msgId: string, { query, body }: Sealed): Prepared {
    if (this.callbackUrl === undefined) throw new UsageError('no callback URL is set: call setCallback first')
    const url = withQuery(this.callbackUrl, query)
    return { msgId, url, path: url.slice(new URL(url).origin.length), body }
  }

  private take(delivered: Delivered, ack: Ack, from: string | undefined): void {
    delivered.attempts += 1
    delivered.status = numeric(ack)
    delivered.ackMs = ack.ackMs
    delivered.answers.push(ack.status)
    if (ack.status !== 200) return
    try {
      const reply = this.courier.open(ack.body)
      if (reply) delivered.reply = this.show(reply, delivered.msgId, from)
    } catch (error) {
      delivered.badReply = whyOf(error)
    }
  }

  private show(reply: Reply, msgid: string, from: string | undefined): Delivered['reply'] {
    const { ToUserName: to } = reply.fields
    if (typeof to !== 'string' || to !== (from ?? to)) throw new RangeError('ToUserName is not who wrote')
    const content = passiveContent(reply.msgType, reply.fields)
    // An update of a card is no message of its own, and the backend is said to ignore it.
    if (!content) return { msgType: reply.msgType, content: '', raw: reply.raw }
    const shown = show(reply.msgType, content)
    const { text, truncated } = shown
    const entry = { to, msgtype: reply.msgType, content: shown.content, text, at: this.corp.now(), msgid }
    this.corp.conversation.shown({ ...entry, via: 'passive', ...(truncated && { truncated }) })
    return { msgType: reply.msgType, content: text, raw: reply.raw }
  }

  /** Counts the attempt; the first one puts the message into the conversation. */
  private goesOut(message: Sent): void {
    message.times += 1
    if (message.times > 1) return
    const { id: msgid, from: member, plain, sayingId } = message
    const { MsgType, Content, Event, EventKey, Title, Label } = plain
    const words = MsgType === 'event' ? [Event, EventKey] : [Content ?? Title ?? Label]
    const text = words.filter((word) => typeof word === 'string' && word !== '').join(' ')
    const line = { member, text, msgtype: String(MsgType), msgid, content: plain, sayingId }
    this.corp.conversation.said({ at: this.corp.now(), ...line })
  }

  private remember(message: Sent): void {
    this.sent.set(message.id, message)
    const [oldest] = this.sent.keys()
    if (this.sent.size > REMEMBERED && oldest !== undefined) this.sent.delete(oldest)
  }
}

function unanswered(msgId: string): Delivered {
  return { msgId, status: 0, attempts: 0, ackMs: 0, answers: [] }
}

function numeric(ack: Ack): number {
  return typeof ack.status === 'number' ? ack.status : 0
}
