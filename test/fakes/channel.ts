import type { Channel, Inbound, InboundRequest, PassiveReply } from '../../src/channels/channel.ts'
import type { Delivery } from '../../src/core/delivery/delivery.ts'
import { UnverifiedError } from '../../src/core/errors.ts'
import { messageSchema } from '../../src/core/message/message.ts'

/** A channel that keeps what it was sent, and fails as it is told to. Its callbacks are messages as JSON. */
export interface FakeChannel extends Channel {
  /** What was sent, repeats too. */
  sent: Delivery[]
  /** Asked before each send; what it throws is what the send ends with. */
  beforeSend(delivery: Delivery): void | Promise<void>
}

/** `can` goes over what it can by itself: callbacks, texts that ride on their acks but are not waited for, and sends that may be repeated. */
export function fakeChannel({ can, ...over }: Partial<Channel> = {}): FakeChannel {
  const channel: FakeChannel = {
    id: 'staff',
    platform: 'fake',
    limits: { account: [], chat: [] },
    sent: [],
    beforeSend() {},
    can: { callbacks: { receive }, passiveReply: riding(0), idempotentSends: true, ...can },
    split: (parts) => [...parts],
    async send(delivery) {
      channel.sent.push(delivery)
      await channel.beforeSend(delivery)
      return { platformMessageId: `p-${delivery.id}`, sentAt: 0 }
    },
    down: () => undefined,
    ...over,
  }
  return channel
}

/** Texts ride on an ack for so long. */
export function riding(withinMs: number): PassiveReply {
  return {
    withinMs,
    replyTo: (_message, part) => (part.kind === 'text' ? { status: 200, body: `riding: ${part.text}` } : undefined),
  }
}

function receive({ method, body }: InboundRequest): Inbound {
  if (method === 'GET') return { kind: 'handshake', ack: { status: 200, body: 'hello' } }
  const text = body.toString()
  if (text === '') throw new UnverifiedError('nothing in it', 'empty', 400)
  if (text === 'ignore me') return { kind: 'ignored', why: 'asked to', ack: { status: 200 } }
  return { kind: 'message', message: messageSchema.parse(JSON.parse(text)), ack: { status: 200 } }
}
