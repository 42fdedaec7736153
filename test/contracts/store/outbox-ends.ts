import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Verdict } from '../../../src/core/delivery/delivery.ts'
import {
  aDelivery,
  again,
  aLine,
  aPermit,
  day,
  minute,
  mustTake,
  noon,
  type StoreUnderTest,
  second,
  sentAt,
  unique,
} from './samples.ts'

export function deliveriesEndContract(store: StoreUnderTest): void {
  describe('outbox: verdicts', () => {
    test.each([
      [{ state: 'refused', why: '没有权限' }],
      [{ state: 'unsure', why: 'the answer was lost' }],
      [{ state: 'expired' }],
    ] satisfies [Verdict][])('%j ends it and lets the next one go', async (verdict) => {
      const line = aLine()
      const [a, b] = [aDelivery(line), aDelivery(line)]
      await store().outbox.offer([a, b], { permit: aPermit(noon) })
      expect(await store().outbox.applyVerdict(a.id, 1, verdict, noon + 1)).toEqual({ more: true, lookAt: noon + 1 })
      expect(await store().outbox.find(a.id)).toMatchObject({ ...verdict, attempts: 1, updatedAt: noon + 1 })
      expect((await mustTake(store(), line, aPermit(noon + 1))).delivery).toEqual(b)
    })

    test('sent keeps route and receipt', async () => {
      const delivery = aDelivery(aLine())
      await store().outbox.offer([delivery], { permit: aPermit(noon) })
      const receipt = { platformMessageId: 'm-7', sentAt: noon + 2, note: 'one of two reached' }
      await store().outbox.applyVerdict(delivery.id, 1, { state: 'sent', route: 'webhook', receipt }, noon + 3)
      expect(await store().outbox.find(delivery.id)).toEqual({
        delivery,
        state: 'sent',
        attempts: 1,
        maybeTwice: false,
        route: 'webhook',
        receipt,
        updatedAt: noon + 3,
      })
    })

    test('again leaves it at the head until its time, and the next send is another attempt', async () => {
      const line = aLine()
      const [a, b] = [aDelivery(line), aDelivery(line)]
      await store().outbox.offer([a, b], { permit: aPermit(noon) })
      expect(await store().outbox.applyVerdict(a.id, 1, again(noon + 400), noon)).toEqual({
        more: true,
        lookAt: noon + 400,
      })
      expect(await store().outbox.find(a.id)).toMatchObject({ state: 'queued', attempts: 1, why: 'busy' })
      expect(await store().outbox.take(line, aPermit(noon + 399))).toEqual({ state: 'wait', untilMs: noon + 400 })
      expect(await mustTake(store(), line, aPermit(noon + 400))).toMatchObject({
        delivery: a,
        attempts: 2,
        maybeTwice: false,
      })
    })

    test('again without cost takes the attempt back', async () => {
      const line = aLine()
      const delivery = aDelivery(line)
      await store().outbox.offer([delivery], { permit: aPermit(noon) })
      await store().outbox.applyVerdict(delivery.id, 1, again(noon + 1, false), noon)
      expect(await store().outbox.find(delivery.id)).toMatchObject({ state: 'queued', attempts: 0 })
      expect(await mustTake(store(), line, aPermit(noon + 1))).toMatchObject({ attempts: 1 })
    })

    test('an expired lease gives it to the next taker, maybe twice, and fences the first one off', async () => {
      const line = aLine()
      const [a, b] = [aDelivery(line), aDelivery(line)]
      await store().outbox.offer([a, b], { permit: aPermit(noon) })
      const second = await mustTake(store(), line, aPermit(noon + minute))
      expect(second).toMatchObject({ delivery: a, attempts: 2, maybeTwice: true })
      for (const verdict of [{ state: 'refused', why: 'no' }, { state: 'unsure', why: '?' }, again(noon)] as const) {
        await store().outbox.applyVerdict(a.id, 1, verdict, noon + minute)
        expect(await store().outbox.find(a.id)).toEqual(second)
      }
      expect(await store().outbox.take(line, aPermit(noon + minute))).toMatchObject({ state: 'wait' })
      await store().outbox.applyVerdict(a.id, 2, sentAt(noon), noon + minute)
      expect(await store().outbox.find(a.id)).toMatchObject({ state: 'sent', maybeTwice: true })
    })

    test.each(['while another has it', 'after another gave it back', 'after another ended it'])(
      'sent is kept from a taker whose claim was lost, %s',
      async (when) => {
        const line = aLine()
        const [a, b] = [aDelivery(line), aDelivery(line)]
        await store().outbox.offer([a, b], { permit: aPermit(noon) })
        const later = noon + minute
        await mustTake(store(), line, aPermit(later))
        if (when === 'after another gave it back')
          await store().outbox.applyVerdict(a.id, 2, again(later + minute), later)
        if (when === 'after another ended it')
          await store().outbox.applyVerdict(a.id, 2, { state: 'unsure', why: '?' }, later)
        await store().outbox.applyVerdict(a.id, 1, sentAt(noon), later + 1)
        expect(await store().outbox.find(a.id)).toMatchObject({ state: 'sent', receipt: { sentAt: noon } })
        await store().outbox.applyVerdict(a.id, 2, { state: 'refused', why: 'no' }, later + 2)
        expect(await store().outbox.find(a.id)).toMatchObject({ state: 'sent', receipt: { sentAt: noon } })
        expect((await mustTake(store(), line, aPermit(later + 2 * minute))).delivery).toEqual(b)
        expect(await store().outbox.applyVerdict(b.id, 1, sentAt(later), later)).toEqual({ more: false })
        expect((await store().outbox.waiting())[line.channel] ?? 0).toBe(0)
      },
    )

    test('the same verdict twice is one verdict', async () => {
      const line = aLine()
      const delivery = aDelivery(line)
      await store().outbox.offer([delivery], { permit: aPermit(noon) })
      await store().outbox.applyVerdict(delivery.id, 1, sentAt(noon), noon)
      expect(await store().outbox.applyVerdict(delivery.id, 1, sentAt(noon + 9), noon + 9)).toEqual({ more: false })
      expect(await store().outbox.find(delivery.id)).toMatchObject({ receipt: { sentAt: noon }, updatedAt: noon })
      expect((await store().outbox.waiting())[line.channel] ?? 0).toBe(0)
    })

    test('a verdict on what is not there changes nothing', async () => {
      expect(await store().outbox.applyVerdict(unique('delivery'), 1, sentAt(noon), noon)).toEqual({ more: false })
    })
  })

  describe('outbox: time', () => {
    test('what nobody wants any more is made expired and passed over', async () => {
      const line = aLine()
      const late = aDelivery(line, { expiresAt: noon + 10 })
      const fresh = aDelivery(line)
      await store().outbox.offer([late, aDelivery(line, { expiresAt: noon + 10 }), fresh], {})
      const record = await mustTake(store(), line, aPermit(noon + 11))
      expect(record.delivery).toEqual(fresh)
      expect(await store().outbox.find(late.id)).toMatchObject({ state: 'expired', updatedAt: noon + 11 })
      expect((await store().outbox.waiting())[line.channel]).toBe(1)
    })

    test('a line of nothing but expired ones is empty', async () => {
      const line = aLine()
      await store().outbox.offer([aDelivery(line, { expiresAt: noon })], {})
      expect(await store().outbox.take(line, aPermit(noon + 1))).toEqual({ state: 'empty' })
      expect((await store().outbox.due(noon + day, 10_000)).filter((due) => due.channel === line.channel)).toEqual([])
    })

    test('what is wanted until now goes out now', async () => {
      const line = aLine()
      await store().outbox.offer([aDelivery(line, { expiresAt: noon })], {})
      await mustTake(store(), line, aPermit(noon))
    })

    test('a pause holds its channel, or one chat of it', async () => {
      const line = aLine()
      const other = { ...line, chat: 'lisi' }
      await store().outbox.offer([aDelivery(line)], {})
      await store().outbox.offer([aDelivery(other)], {})
      expect(await store().outbox.pausedUntil(line.channel)).toBeUndefined()
      await store().outbox.pause(line.channel, noon + 20, other.chat)
      expect(await store().outbox.pausedUntil(line.channel)).toBeUndefined()
      await store().outbox.pause(line.channel, noon + 10)
      expect(await store().outbox.pausedUntil(line.channel)).toBe(noon + 10)
      expect(await store().outbox.take(line, aPermit(noon))).toEqual({ state: 'wait', untilMs: noon + 10 })
      expect(await store().outbox.take(other, aPermit(noon))).toEqual({ state: 'wait', untilMs: noon + 20 })
      await mustTake(store(), line, aPermit(noon + 10))
      expect(await store().outbox.take(other, aPermit(noon + 10))).toEqual({ state: 'wait', untilMs: noon + 20 })
      await mustTake(store(), other, aPermit(noon + 20))
    })

    test('a shorter pause takes nothing off a longer one', async () => {
      const line = aLine()
      await store().outbox.pause(line.channel, noon + 20)
      await store().outbox.pause(line.channel, noon + 10)
      expect(await store().outbox.pausedUntil(line.channel)).toBe(noon + 20)
    })

    test('due are the lines whose next look has come', async () => {
      const channel = unique('channel')
      const [atOnce, later, sending, settled] = ['a', 'b', 'c:d', 'e'].map((chat) => ({ channel, chat })) as [
        { channel: string; chat: string },
        { channel: string; chat: string },
        { channel: string; chat: string },
        { channel: string; chat: string },
      ]
      await store().outbox.offer([aDelivery(atOnce)], {})
      await store().outbox.offer([aDelivery(later)], { notBefore: noon + 50 })
      await store().outbox.offer([aDelivery(sending)], { permit: aPermit(noon) })
      const done = aDelivery(settled)
      await store().outbox.offer([done], { permit: aPermit(noon) })
      await store().outbox.applyVerdict(done.id, 1, sentAt(noon), noon)
      const dueAt = async (now: number) =>
        (await store().outbox.due(now, 10_000))
          .filter((line) => line.channel === channel)
          .map((line) => line.chat)
          .sort()
      expect(await dueAt(noon)).toEqual(['a'])
      expect(await dueAt(noon + 50)).toEqual(['a', 'b'])
      expect(await dueAt(noon + 30 * second)).toEqual(['a', 'b', 'c:d'])
      await store().outbox.pause(channel, noon + minute)
      expect(await store().outbox.take(atOnce, aPermit(noon))).toEqual({ state: 'wait', untilMs: noon + minute })
      expect(await dueAt(noon + 50)).toEqual(['b'])
      expect(await dueAt(noon + minute)).toEqual(['a', 'b', 'c:d'])
      expect(await store().outbox.due(noon + minute, 2)).toHaveLength(2)
    })

    test('again makes its line due at its time', async () => {
      const line = aLine()
      const delivery = aDelivery(line)
      await store().outbox.offer([delivery], { permit: aPermit(noon) })
      await store().outbox.applyVerdict(delivery.id, 1, again(noon + 70), noon)
      const isDue = async (now: number) =>
        (await store().outbox.due(now, 10_000)).some((due) => due.channel === line.channel)
      expect(await isDue(noon + 69)).toBe(false)
      expect(await isDue(noon + 70)).toBe(true)
    })
  })

  test('a refused, unsure or expired delivery may be sent again, at the end of its line', async () => {
    for (const verdict of [
      { state: 'refused', why: 'no' },
      { state: 'unsure', why: '?' },
      { state: 'expired' },
    ] as const) {
      const line = aLine()
      const [a, b] = [aDelivery(line), aDelivery(line)]
      await store().outbox.offer([a, b], { permit: aPermit(noon) })
      expect(await store().outbox.resend(a.id, noon + 2 * day, noon)).toBe(false)
      expect(await store().outbox.resend(b.id, noon + 2 * day, noon)).toBe(false)
      await store().outbox.applyVerdict(a.id, 1, verdict, noon)
      expect(await store().outbox.resend(a.id, noon + 2 * day, noon + 1)).toBe(true)
      expect(await store().outbox.resend(a.id, noon + 2 * day, noon + 1)).toBe(false)
      expect((await store().outbox.waiting())[line.channel]).toBe(2)
      expect((await mustTake(store(), line, aPermit(noon + 1))).delivery).toEqual(b)
      await store().outbox.applyVerdict(b.id, 1, sentAt(noon), noon)
      const record = await mustTake(store(), line, aPermit(noon + day + minute))
      expect(record.delivery).toEqual({ ...a, expiresAt: noon + 2 * day })
      expect(record.maybeTwice).toBe(verdict.state === 'unsure')
      await store().outbox.applyVerdict(a.id, record.attempts, sentAt(noon), noon)
      expect(await store().outbox.resend(a.id, noon + 2 * day, noon)).toBe(false)
    }
    expect(await store().outbox.resend(unique('delivery'), noon, noon)).toBe(false)
  })

  test('whatever takers do, a line ends in its order and nothing of it is sent by two at a time', async () => {
    const verdict = fc.constantFrom('sent', 'again', 'free', 'refused', 'die')
    await fc.assert(
      fc.asyncProperty(fc.array(verdict, { minLength: 5, maxLength: 20 }), async (verdicts) => {
        const line = aLine()
        const offered = [aDelivery(line), aDelivery(line), aDelivery(line)]
        await store().outbox.offer(offered, {})
        const ended: string[] = []
        let now = noon
        for (const what of [...verdicts, 'sent', 'sent', 'sent']) {
          const taken = await Promise.all([1, 2, 3].map(() => store().outbox.take(line, aPermit(now))))
          const mine = taken.filter((one) => one.state === 'yours')
          expect(mine.length).toBeLessThanOrEqual(1)
          const record = mine[0]?.record
          if (record === undefined) {
            expect(taken.every((one) => one.state === 'empty')).toBe(true)
            break
          }
          expect(record.delivery.id).toBe(offered[ended.length]?.id)
          now += minute
          if (what === 'die') continue
          if (what === 'sent' || what === 'refused') ended.push(record.delivery.id)
          const words: Record<string, Verdict> = {
            sent: sentAt(now),
            refused: { state: 'refused', why: 'no' },
            again: again(now),
            free: again(now, false),
          }
          await store().outbox.applyVerdict(record.delivery.id, record.attempts, words[what] ?? sentAt(now), now)
        }
        expect(ended).toEqual(offered.map((delivery) => delivery.id).slice(0, ended.length))
        expect(ended).toHaveLength(3)
      }),
      { numRuns: 15 },
    )
  })
}
