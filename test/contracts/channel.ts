import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Capability, Channel, InboundRequest } from '../../src/channels/channel.ts'
import type { Delivery } from '../../src/core/delivery/delivery.ts'
import {
  QuotaError,
  RejectedError,
  SetupError,
  UnavailableError,
  UnsureError,
  UnverifiedError,
} from '../../src/core/errors.ts'
import { messageSchema } from '../../src/core/message/message.ts'
import { type Part, partSchema, plainText } from '../../src/core/message/part.ts'

/** What a platform can do to a send. */
export type Fault = 'says no for good' | 'is busy' | 'is asked too often' | 'refuses the account' | 'loses the answer'

const families: Record<Fault, new (...args: never[]) => Error> = {
  'says no for good': RejectedError,
  'is busy': UnavailableError,
  'is asked too often': QuotaError,
  'refuses the account': SetupError,
  'loses the answer': UnsureError,
}

export interface ChannelUnderTest {
  channel: Channel
  /** Another channel of the same account, as in another process with the same store. */
  twin: Channel
  /** What its platform says that such channels can. */
  can: readonly Capability[]
  /** Somebody to write to. */
  chat: string
  /** Callbacks of the platform that hold a message, each with the same message sent again; none where there are no callbacks. */
  callbacks: readonly { first: InboundRequest; again: InboundRequest }[]
  /** The size of a text in the platform's unit, and the most that one send takes. */
  size(text: string): number
  limit: number
  /** Takes what `split` adds to a part of a text off again. */
  unnumbered(text: string): string
  platform: {
    /** Does this to the next send; undefined where nothing stands between the channel and its people. */
    willDo?(fault: Fault): void
    /** The messages that arrived, as bytes. */
    messages(): Buffer[]
  }
  close(): Promise<void>
}

/** What every channel promises; each one runs it in its own folder. */
export function channelContract(name: string, open: () => Promise<ChannelUnderTest>): void {
  describe(`${name} is a channel`, () => {
    let it: ChannelUnderTest
    beforeEach(async () => {
      it = await open()
    })
    afterEach(() => it.close())

    const deliveryOf = (part: Part, id = 'd-1'): Delivery => ({
      id,
      to: { channel: it.channel.id, chat: it.chat, chatKind: 'private' },
      part,
      createdAt: 0,
      expiresAt: Number.MAX_SAFE_INTEGER,
    })
    const hello: Part = { kind: 'text', text: 'hello' }
    const send = (channel = it.channel) => channel.send(deliveryOf(hello), AbortSignal.timeout(10_000))

    test('a callback is a message of ours, and the same one when it is sent again', () => {
      for (const { first, again } of it.callbacks) {
        const [one, two, three] = [receive(it.channel, first), receive(it.channel, again), receive(it.twin, first)]
        if (one?.kind !== 'message' || two?.kind !== 'message' || three?.kind !== 'message')
          return expect.fail('no message')
        expect(() => messageSchema.parse(one.message)).not.toThrow()
        expect(one.message.from.channel).toBe(it.channel.id)
        expect([two.message.id, three.message.id]).toEqual([one.message.id, one.message.id])
      }
    })

    test('it can what its platform says, and nothing else', () => {
      const has = Object.entries(it.channel.can).filter(([, capability]) => capability !== undefined)
      expect(has.map(([name]) => name).toSorted()).toEqual(it.can.toSorted())
      expect(it.can.includes('callbacks')).toBe(it.callbacks.length > 0)
    })

    test('an answer that rides on an ack is one', () => {
      for (const { first } of it.callbacks) {
        const inbound = receive(it.channel, first)
        if (inbound?.kind !== 'message') return expect.fail('no message')
        const ack = it.channel.can.passiveReply?.replyTo(inbound.message, hello)
        if (ack !== undefined) expect(ack).toMatchObject({ status: 200, body: expect.stringMatching(/./) })
      }
    })

    test('a socket that proves nothing is not let in', () => {
      const request = { method: 'GET', rawQuery: '', headers: {}, body: Buffer.alloc(0) }
      const { sockets } = it.channel.can
      if (sockets !== undefined) expect(() => sockets.admit(request)).toThrow(UnverifiedError)
    })

    test('a callback that was tampered with is unverified', () => {
      for (const { first } of it.callbacks) {
        fc.assert(
          fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (place, change) => {
            const body = Buffer.from(first.body)
            const at = place % body.length
            body[at] = (body[at] ?? 0) ^ change
            const genuine = receive(it.channel, first)
            const verdict = receiveOrRefuse(it.channel, { ...first, body })
            // A change that means nothing (white space, a field that is not read) leaves the message what it was.
            if (verdict !== 'refused') expect(verdict).toEqual(genuine)
          }),
        )
      }
    })

    test('whatever comes in, receive answers or throws UnverifiedError', () => {
      const anyRequest = fc.record({
        method: fc.constantFrom('GET', 'POST', 'PUT', 'HEAD'),
        rawQuery: fc.oneof(
          fc.string(),
          fc.webQueryParameters(),
          ...it.callbacks.map(({ first }) => fc.constant(first.rawQuery)),
        ),
        headers: fc.dictionary(fc.string(), fc.string()),
        body: fc.oneof(
          fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
          fc.oneof(fc.json(), fc.string({ unit: 'binary' })).map((text) => Buffer.from(text)),
          ...it.callbacks.map(({ first }) => fc.nat(first.body.length).map((end) => first.body.subarray(0, end))),
        ),
      })
      fc.assert(fc.property(anyRequest, (request) => void receiveOrRefuse(it.channel, request)))
    })

    test('split keeps every character of a text, in parts that one send takes', () => {
      const words = fc.constantFrom('a', '汉', '👨‍👩‍👧‍👦', ' ', '\n', '。', '<b>', '"', 'word ')
      const long = fc
        .tuple(fc.array(words, { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 400 }))
        .map(([some, times]) => `x${some.join('').repeat(times)}`)
      fc.assert(
        fc.property(long, (text) => {
          const parts = it.channel.split([{ kind: 'text', text }])
          for (const part of parts) expect(it.size(plainText([part]))).toBeLessThanOrEqual(it.limit)
          expect(parts.map((part) => it.unnumbered(plainText([part]))).join('')).toBe(text)
        }),
        { numRuns: 40 },
      )
    })

    test('split gives parts of ours in the order they were said', () => {
      const parts = it.channel.split([
        { kind: 'text', text: 'one' },
        { kind: 'image', media: { source: 'inline', base64: 'AAAA' } },
        { kind: 'mention', person: 'somebody' },
        { kind: 'markdown', text: 'two' },
        { kind: 'event', name: 'nothing to say' },
      ])
      for (const part of parts) expect(() => partSchema.parse(part)).not.toThrow()
      const words = plainText(parts)
      expect(words.indexOf('one')).toBeLessThan(words.indexOf('two'))
      expect(it.channel.split([])).toEqual([])
    })

    test('a sent delivery has a receipt, and a repeat of it is the same request', async () => {
      expect((await send()).sentAt).toBeGreaterThan(0)
      await send(it.twin)
      const [first, repeat] = it.platform.messages()
      expect(first?.length).toBeGreaterThan(0)
      expect(repeat).toEqual(first)
    })

    test.for(Object.keys(families) as Fault[])('when the platform %s, the error says so', async (fault, { skip }) => {
      if (!it.platform.willDo) return skip('nothing stands between this channel and its people')
      it.platform.willDo(fault)
      await expect(send()).rejects.toThrow(families[fault])
    })

    test('nothing is sent for a caller who has given up', async () => {
      const sending = it.channel.send(deliveryOf(hello), AbortSignal.abort())
      await expect(sending).rejects.toThrow(UnavailableError)
      expect(it.platform.messages()).toEqual([])
    })

    test('what it allows is more than nothing', () => {
      for (const { count, windowMs } of [...it.channel.limits.account, ...it.channel.limits.chat]) {
        expect(Math.min(count, windowMs)).toBeGreaterThan(0)
      }
    })
  })
}

function receive(channel: Channel, request: InboundRequest) {
  return channel.can.callbacks?.receive(request)
}

function receiveOrRefuse(channel: Channel, request: InboundRequest) {
  try {
    return receive(channel, request)
  } catch (error) {
    expect(error).toBeInstanceOf(UnverifiedError)
    return 'refused'
  }
}
