import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Limit } from '../../../src/core/delivery/limit.ts'
import type { Line } from '../../../src/store/store.ts'
import { aDelivery, aLine, aPermit, minute, noon, type StoreUnderTest, sentAt } from './samples.ts'

export function limitsContract(store: StoreUnderTest): void {
  /** Offers one more, takes the head, sends it; the time it may go when it may not. */
  async function send(
    line: Line,
    now: number,
    limits: { account?: Limit[]; chat?: Limit[] },
  ): Promise<number | 'sent'> {
    await store().outbox.offer([aDelivery(line, { expiresAt: noon + 1_000 * minute })], {})
    const taken = await store().outbox.take(line, aPermit(now, limits))
    if (taken.state === 'wait') return taken.untilMs
    if (taken.state === 'empty') throw new Error('the line cannot be empty')
    await store().outbox.applyVerdict(taken.record.delivery.id, taken.record.attempts, sentAt(now), now)
    return 'sent'
  }

  describe('outbox: limits', () => {
    test('the account is limited over all chats, in a window that slides', async () => {
      const line = aLine()
      const other = { ...line, chat: 'lisi' }
      const account = [{ count: 2, windowMs: minute }]
      expect(await send(line, noon + 50_000, { account })).toBe('sent')
      expect(await send(other, noon + 59_000, { account })).toBe('sent')
      expect(await send(line, noon + 61_000, { account })).toBe(noon + 110_000)
      expect(await send(line, noon + 109_999, { account })).toBe(noon + 110_000)
      expect(await send(line, noon + 110_000, { account })).toBe('sent')
      expect(await send(other, noon + 110_000, { account })).toBe(noon + 119_000)
    })

    test('each chat is limited by itself', async () => {
      const line = aLine()
      const chat = [{ count: 1, windowMs: minute }]
      expect(await send(line, noon, { chat })).toBe('sent')
      expect(await send({ ...line, chat: 'lisi' }, noon, { chat })).toBe('sent')
      expect(await send(line, noon, { chat })).toBe(noon + minute)
    })

    test('of several limits the latest time counts', async () => {
      const line = aLine()
      const limits = {
        account: [{ count: 100, windowMs: minute }],
        chat: [
          { count: 1, windowMs: 10 },
          { count: 3, windowMs: minute },
        ],
      }
      expect(await send(line, noon, limits)).toBe('sent')
      expect(await send(line, noon + 1, limits)).toBe(noon + 10)
      expect(await send(line, noon + 10, limits)).toBe('sent')
      expect(await send(line, noon + 20, limits)).toBe('sent')
      expect(await send(line, noon + 30, limits)).toBe(noon + minute)
    })

    test('waiting spends nothing', async () => {
      const line = aLine()
      const limits = { account: [{ count: 2, windowMs: minute }], chat: [{ count: 1, windowMs: minute }] }
      expect(await send(line, noon, limits)).toBe('sent')
      for (let i = 1; i < 5; i++) expect(await send(line, noon + i, limits)).toBe(noon + minute)
      expect(await send({ ...line, chat: 'lisi' }, noon + 5, limits)).toBe('sent')
    })

    test('a repeat of the same delivery is spent too: the platform counts it', async () => {
      const line = aLine()
      const limits = { chat: [{ count: 1, windowMs: minute }] }
      const delivery = aDelivery(line)
      await store().outbox.offer([delivery], { permit: aPermit(noon, limits) })
      await store().outbox.applyVerdict(
        delivery.id,
        1,
        { state: 'again', why: 'busy', notBefore: noon + 1, costsAttempt: true },
        noon,
      )
      expect(await store().outbox.take(line, aPermit(noon + 1, limits))).toEqual({
        state: 'wait',
        untilMs: noon + minute,
      })
    })

    test('100 parallel takers over 100 chats send no more than the account may', async () => {
      const { channel } = aLine()
      const account = [{ count: 7, windowMs: minute }]
      const results = await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          store().outbox.offer([aDelivery({ channel, chat: `chat-${i}` })], { permit: aPermit(noon, { account }) }),
        ),
      )
      expect(results.filter((taken) => taken.state === 'yours')).toHaveLength(7)
    })

    test('no window of any length ever holds more than its count, whatever the times', async () => {
      const limit = fc.record({ count: fc.integer({ min: 1, max: 4 }), windowMs: fc.integer({ min: 1, max: 60 }) })
      const limits = fc.record({
        account: fc.array(limit, { minLength: 1, maxLength: 3 }),
        chat: fc.array(limit, { maxLength: 2 }),
      })
      // Clocks of two machines differ: time may go back.
      const sends = fc.array(
        fc.record({ afterMs: fc.integer({ min: -10, max: 25 }), chat: fc.constantFrom('a', 'b') }),
        { minLength: 5, maxLength: 25 },
      )
      await fc.assert(
        fc.asyncProperty(limits, sends, async (allowed, tries) => {
          const { channel } = aLine()
          const sent: { at: number; chat: string }[] = []
          let now = noon
          for (const { afterMs, chat } of tries) {
            now += afterMs
            const result = await send({ channel, chat }, now, allowed)
            if (result === 'sent') sent.push({ at: now, chat })
            else expect(result).toBeGreaterThan(now)
          }
          for (const one of allowed.account) expect(mostIn(one, sent)).toBeLessThanOrEqual(one.count)
          for (const one of allowed.chat) {
            for (const chat of ['a', 'b']) {
              expect(
                mostIn(
                  one,
                  sent.filter((send) => send.chat === chat),
                ),
              ).toBeLessThanOrEqual(one.count)
            }
          }
        }),
        { numRuns: 25 },
      )
    })
  })
}

/** The most sends any window of this length holds. */
function mostIn(limit: Limit, sent: { at: number }[]): number {
  return Math.max(
    0,
    ...sent.map((first) => sent.filter(({ at }) => at >= first.at && at < first.at + limit.windowMs).length),
  )
}
