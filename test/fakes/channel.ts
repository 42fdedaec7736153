import type { Channel } from '../../src/channels/channel.ts'
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

export function fakeChannel(over: Partial<Channel> = {}): FakeChannel {
  const channel: FakeChannel = {
    id: 'staff',
    platform: 'fake',
    limits: { account: [], chat: [] },
    sent: [],
    beforeSend() {},
    receive({ method, body }) {
      if (method === 'GET') return { kind: 'handshake', ack: { status: 200, body: 'hello' } }
      const text = body.toString()
      if (text === '') throw new UnverifiedError('nothing in it', 'empty', 400)
      if (text === 'ignore me') return { kind: 'ignored', why: 'asked to', ack: { status: 200 } }
      return { kind: 'message', message: messageSchema.parse(JSON.parse(text)), ack: { status: 200 } }
    },
    reply: (_message, part) => (part.kind === 'text' ? { status: 200, body: `riding: ${part.text}` } : undefined),
    split: (parts) => [...parts],
    async send(delivery) {
      channel.sent.push(delivery)
      await channel.beforeSend(delivery)
      return { platformMessageId: `p-${delivery.id}`, sentAt: 0 }
    },
    ...over,
  }
  return channel
}
