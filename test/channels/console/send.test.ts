import { expect, test } from 'vitest'
import { consoleChannel } from '../../../src/channels/console/index.ts'
import { consoleRooms } from '../../../src/channels/console/people.ts'
import type { Delivery } from '../../../src/core/delivery/delivery.ts'
import { RejectedError, StoreUnavailableError, UnavailableError } from '../../../src/core/errors.ts'
import type { BubbleEntry } from '../../../src/core/message/bubble.ts'

const never = new AbortController().signal

function aChannel(away = false) {
  const kept = new Map<string, Map<string, BubbleEntry>>()
  const hints: unknown[] = []
  const channel = consoleChannel({
    now: () => 1_800_000_000_000,
    async append(conversation, entries) {
      if (away) throw new StoreUnavailableError('away')
      const chat = kept.get(conversation) ?? new Map<string, BubbleEntry>()
      for (const { id, entry } of entries) if (!chat.has(id)) chat.set(id, entry)
      kept.set(conversation, chat)
    },
    async publish(topic, payload) {
      hints.push({ topic, payload })
    },
  })
  return { channel, kept, hints }
}

function aDelivery(chat: string): Delivery {
  return {
    id: 'delivery-1',
    to: { channel: 'console', chat, chatKind: 'private' },
    part: { kind: 'text', text: '回头告诉你' },
    taskId: 'console-1',
    createdAt: 1,
    expiresAt: 2,
  }
}

test('a delivery becomes one bubble of its chat, however often it is sent, and is announced', async () => {
  const { channel, kept, hints } = aChannel()
  const receipts = [await channel.send(aDelivery('lisi'), never), await channel.send(aDelivery('lisi'), never)]
  expect(receipts[0]).toEqual({ platformMessageId: 'delivery-1', sentAt: 1_800_000_000_000 })
  expect([...(kept.get('console:lisi') ?? [])]).toEqual([
    [
      'delivery-1',
      {
        at: 1_800_000_000_000,
        from: { kind: 'bot' },
        parts: [{ kind: 'text', text: '回头告诉你' }],
        taskId: 'console-1',
      },
    ],
  ])
  expect(hints[0]).toEqual({ topic: 'console', payload: { chat: 'lisi' } })
})

test('a chat that is not there refuses for good; a store that is away asks to come again', async () => {
  await expect(aChannel().channel.send(aDelivery('nobody'), never)).rejects.toThrow(RejectedError)
  await expect(aChannel(true).channel.send(aDelivery('lisi'), never)).rejects.toThrow(UnavailableError)
})

test('nothing is cut, whatever its size', () => {
  const parts = [
    { kind: 'text' as const, text: '长'.repeat(100_000) },
    { kind: 'markdown' as const, text: '**a**' },
  ]
  expect(aChannel().channel.split(parts)).toEqual(parts)
})

test('every group has people who also have a chat of their own', () => {
  const own = consoleRooms.filter(({ chatKind }) => chatKind === 'private')
  expect(own.map(({ title }) => title)).toEqual(['张三', '李四', '王五'])
  for (const { people } of consoleRooms) {
    for (const { id } of people) expect(own.map(({ chat }) => chat)).toContain(id)
  }
})

test('a draft is told to those who look on, and nothing of it is kept', async () => {
  const { channel, kept, hints } = aChannel()
  const { id, to } = aDelivery('zhangsan')
  await channel.can.drafts?.show({ id, to, taskId: 'console-1', at: 5, text: '回头' })
  expect(hints).toEqual([
    {
      topic: 'console',
      payload: { chat: 'zhangsan', draft: { id: 'delivery-1', taskId: 'console-1', at: 5, text: '回头' } },
    },
  ])
  expect(kept.size).toBe(0)
})
