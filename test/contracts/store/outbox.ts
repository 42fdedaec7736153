import { describe, expect, test } from 'vitest'
import type { Verdict } from '../../../src/core/delivery/delivery.ts'
import {
  aDelivery,
  again,
  aLine,
  aPermit,
  minute,
  mustTake,
  noon,
  type StoreUnderTest,
  second,
  sentAt,
  unique,
} from './samples.ts'

export function outboxContract(store: StoreUnderTest): void {
  describe('outbox: lines', () => {
    test('a line goes out in the order it was offered, one at a time', async () => {
      const line = aLine()
      const [a, b, c] = [aDelivery(line), aDelivery(line), aDelivery(line)]
      await store().outbox.offer([a, b], {})
      await store().outbox.offer([c], {})
      for (const delivery of [a, b, c]) {
        const record = await mustTake(store(), line, aPermit(noon))
        expect(record).toEqual({ delivery, state: 'sending', attempts: 1, maybeTwice: false, updatedAt: noon })
        expect(await store().outbox.take(line, aPermit(noon))).toEqual({ state: 'wait', untilMs: noon + 30 * second })
        expect(await store().outbox.applyVerdict(delivery.id, 1, sentAt(noon), noon)).toEqual(
          delivery === c ? { more: false } : { more: true, lookAt: noon },
        )
      }
      expect(await store().outbox.take(line, aPermit(noon))).toEqual({ state: 'empty' })
      expect(await store().outbox.take(aLine(), aPermit(noon))).toEqual({ state: 'empty' })
    })

    test('lines do not wait for one another', async () => {
      const line = aLine()
      const other = { ...line, chat: 'lisi' }
      await store().outbox.offer([aDelivery(line)], {})
      await store().outbox.offer([aDelivery(other)], {})
      await mustTake(store(), line, aPermit(noon))
      await mustTake(store(), other, aPermit(noon))
    })

    test('a known delivery is left as it is, and its line too', async () => {
      const line = aLine()
      const [a, b] = [aDelivery(line, { text: 'first' }), aDelivery(line)]
      await store().outbox.offer([a], {})
      await store().outbox.offer([aDelivery(line, { id: a.id, text: 'second' }), b], {})
      expect((await store().outbox.find(a.id))?.delivery).toEqual(a)
      await mustTake(store(), line, aPermit(noon))
      await store().outbox.applyVerdict(a.id, 1, sentAt(noon), noon)
      expect(await store().outbox.offer([a], { permit: aPermit(noon) })).toMatchObject({ state: 'wait' })
      expect((await mustTake(store(), line, aPermit(noon))).delivery).toEqual(b)
      await store().outbox.applyVerdict(b.id, 1, sentAt(noon), noon)
      expect(await store().outbox.offer([a, b], { permit: aPermit(noon) })).toEqual({ state: 'empty' })
    })

    test('of 100 takers one has it', async () => {
      const line = aLine()
      await store().outbox.offer([aDelivery(line), aDelivery(line)], {})
      const all = await Promise.all(Array.from({ length: 100 }, () => store().outbox.take(line, aPermit(noon))))
      expect(all.filter((taken) => taken.state === 'yours')).toHaveLength(1)
      expect(all.filter((taken) => taken.state === 'wait')).toHaveLength(99)
    })

    test('of 50 offering the same with a permit one has it', async () => {
      const delivery = aDelivery(aLine())
      const offers = Array.from({ length: 50 }, () => store().outbox.offer([delivery], { permit: aPermit(noon) }))
      expect((await Promise.all(offers)).filter((taken) => taken.state === 'yours')).toHaveLength(1)
    })

    test('texts lose NUL and halves of surrogate pairs', async () => {
      const line = aLine()
      const delivery = aDelivery(line, { text: 'a\0b\ud800c😀' })
      const taken = await store().outbox.offer([delivery], { permit: aPermit(noon) })
      const clean = { kind: 'text', text: 'ab\ufffdc😀' }
      expect(taken).toMatchObject({ state: 'yours', record: { delivery: { part: clean } } })
      await store().outbox.applyVerdict(delivery.id, 1, { state: 'refused', why: '\0no\udc00' }, noon)
      expect(await store().outbox.find(delivery.id)).toMatchObject({ delivery: { part: clean }, why: 'no\ufffd' })
    })

    test('finds by id, and by task in the order they were offered', async () => {
      const line = aLine()
      const taskId = unique('task')
      const mine = [
        aDelivery(line, { taskId }),
        aDelivery(line, { taskId }),
        aDelivery({ ...line, chat: 'li' }, { taskId }),
      ]
      await store().outbox.offer(mine.slice(0, 2), {})
      await store().outbox.offer([aDelivery(line)], {})
      await store().outbox.offer(mine.slice(2), {})
      await store().outbox.offer(mine.slice(0, 1), {})
      expect((await store().outbox.ofTask(taskId)).map((record) => record.delivery)).toEqual(mine)
      expect(await store().outbox.find(mine[0]?.id ?? '')).toMatchObject({
        state: 'queued',
        attempts: 0,
        maybeTwice: false,
      })
      expect(await store().outbox.find(unique('delivery'))).toBeUndefined()
      expect(await store().outbox.ofTask(unique('task'))).toEqual([])
    })

    test('counts what waits by channel', async () => {
      const line = aLine()
      const counted = async () => (await store().outbox.waiting())[line.channel] ?? 0
      expect(await counted()).toBe(0)
      await store().outbox.offer([aDelivery(line), aDelivery(line)], {})
      await store().outbox.offer([aDelivery({ ...line, chat: 'lisi' })], {})
      expect(await counted()).toBe(3)
      const { delivery } = await mustTake(store(), line, aPermit(noon))
      await store().outbox.applyVerdict(delivery.id, 1, again(noon), noon)
      expect(await counted()).toBe(3)
      await mustTake(store(), line, aPermit(noon))
      await store().outbox.applyVerdict(delivery.id, 2, sentAt(noon), noon)
      expect(await counted()).toBe(2)
    })
  })

  describe('outbox: taking in the same move', () => {
    test('with a permit the first is taken when it is new and at the head', async () => {
      const line = aLine()
      const [a, b] = [aDelivery(line), aDelivery(line)]
      const taken = await store().outbox.offer([a, b], { permit: aPermit(noon) })
      const record = { delivery: a, state: 'sending', attempts: 1, maybeTwice: false, updatedAt: noon }
      expect(taken).toEqual({ state: 'yours', record })
      expect(await store().outbox.find(a.id)).toEqual(record)
      expect(await store().outbox.applyVerdict(a.id, 1, sentAt(noon), noon)).toEqual({ more: true, lookAt: noon })
    })

    test('without a permit, or behind another, nothing is taken', async () => {
      const line = aLine()
      expect(await store().outbox.offer([aDelivery(line)], {})).toMatchObject({ state: 'wait' })
      const behind = aDelivery(line)
      expect(await store().outbox.offer([behind], { permit: aPermit(noon) })).toMatchObject({ state: 'wait' })
      expect(await store().outbox.find(behind.id)).toMatchObject({ state: 'queued' })
    })

    test('with a permit that is used up, or a pause, it waits', async () => {
      const line = aLine()
      const limits = { account: [{ count: 1, windowMs: minute }] }
      const [a, b] = [aDelivery(line), aDelivery(line)]
      expect(await store().outbox.offer([a], { permit: aPermit(noon, limits) })).toMatchObject({ state: 'yours' })
      await store().outbox.applyVerdict(a.id, 1, sentAt(noon), noon)
      const waits = { state: 'wait', untilMs: noon + minute }
      expect(await store().outbox.offer([b], { permit: aPermit(noon + 1, limits) })).toEqual(waits)
      const other = aLine()
      await store().outbox.pause(other.channel, noon + 5)
      expect(await store().outbox.offer([aDelivery(other)], { permit: aPermit(noon) })).toEqual({
        state: 'wait',
        untilMs: noon + 5,
      })
    })
  })

  describe('outbox: where a repeat would show twice', () => {
    test('one whose taker died is unsure and passed over, and its own word still stands', async () => {
      const line = aLine()
      const [a, b] = [aDelivery(line), aDelivery(line)]
      const permitAt = (now: number) => ({ ...aPermit(now), repeatsShowTwice: true })
      await store().outbox.offer([a, b], { permit: permitAt(noon) })
      expect(await store().outbox.take(line, permitAt(noon + second))).toMatchObject({ state: 'wait' })
      expect((await mustTake(store(), line, permitAt(noon + 30 * second))).delivery).toEqual(b)
      expect(await store().outbox.find(a.id)).toMatchObject({
        state: 'unsure',
        attempts: 1,
        why: expect.stringContaining('died'),
      })
      await store().outbox.applyVerdict(a.id, 1, sentAt(noon), noon)
      expect(await store().outbox.find(a.id)).toMatchObject({ state: 'sent' })
    })

    test('one that was tried and failed is tried again', async () => {
      const line = aLine()
      const delivery = aDelivery(line)
      await store().outbox.offer([delivery], { permit: { ...aPermit(noon), repeatsShowTwice: true } })
      await store().outbox.applyVerdict(delivery.id, 1, again(noon, true), noon)
      expect((await mustTake(store(), line, { ...aPermit(noon), repeatsShowTwice: true })).attempts).toBe(2)
    })
  })

  describe('outbox: the passive way', () => {
    const claim = (id: string, now = noon) => store().outbox.takePassive(id, now, second)

    test('claims what is queued at the head, before its notBefore too, and spends no quota', async () => {
      const line = aLine()
      const limits = { account: [{ count: 1, windowMs: minute }], chat: [{ count: 1, windowMs: minute }] }
      const [a, b] = [aDelivery(line), aDelivery(line)]
      await store().outbox.offer([a, b], { notBefore: noon + 500 })
      expect(await store().outbox.take(line, aPermit(noon))).toEqual({ state: 'wait', untilMs: noon + 500 })
      expect(await claim(a.id)).toEqual({
        delivery: a,
        state: 'sending',
        attempts: 1,
        maybeTwice: false,
        updatedAt: noon,
        route: 'passive',
      })
      const passive: Verdict = { state: 'sent', route: 'passive', receipt: { sentAt: noon } }
      expect(await store().outbox.applyVerdict(a.id, 1, passive, noon)).toEqual({ more: true, lookAt: noon + 500 })
      expect(await store().outbox.find(a.id)).toMatchObject({
        state: 'sent',
        route: 'passive',
        receipt: { sentAt: noon },
      })
      expect((await mustTake(store(), line, aPermit(noon + 500, limits))).delivery).toEqual(b)
    })

    test('is closed behind another of its line', async () => {
      const line = aLine()
      const [a, b] = [aDelivery(line), aDelivery(line)]
      await store().outbox.offer([a, b], {})
      expect(await claim(b.id)).toBeUndefined()
      expect(await store().outbox.find(b.id)).toMatchObject({ state: 'queued', attempts: 0 })
    })

    test('is closed once a send has begun, whatever became of it', async () => {
      const line = aLine()
      const delivery = aDelivery(line)
      await store().outbox.offer([delivery], {})
      await mustTake(store(), line, aPermit(noon))
      expect(await claim(delivery.id)).toBeUndefined()
      expect(await claim(delivery.id, noon + minute)).toBeUndefined()
      await store().outbox.applyVerdict(delivery.id, 1, again(noon, false), noon)
      expect(await claim(delivery.id)).toBeUndefined()
      await mustTake(store(), line, aPermit(noon))
      await store().outbox.applyVerdict(delivery.id, 1, sentAt(noon), noon)
      expect(await claim(delivery.id)).toBeUndefined()
      expect(await claim(unique('delivery'))).toBeUndefined()
    })

    test('and the active way: exactly one of the two has it', async () => {
      for (let trial = 0; trial < 20; trial++) {
        const line = aLine()
        const delivery = aDelivery(line)
        await store().outbox.offer([delivery], {})
        const [passive, active] = await Promise.all(
          trial % 2 === 0
            ? [claim(delivery.id), store().outbox.take(line, aPermit(noon))]
            : [store().outbox.take(line, aPermit(noon)), claim(delivery.id)].toReversed(),
        )
        const won = [passive !== undefined, active !== undefined && 'state' in active && active.state === 'yours']
        expect(won.filter(Boolean)).toHaveLength(1)
      }
    })

    test('whose claimant died is unsure and passed over: whoever got that ack has read it', async () => {
      const line = aLine()
      const [a, b] = [aDelivery(line), aDelivery(line)]
      await store().outbox.offer([a, b], {})
      await claim(a.id)
      expect(await store().outbox.take(line, aPermit(noon + 1))).toEqual({ state: 'wait', untilMs: noon + second })
      expect((await mustTake(store(), line, aPermit(noon + second))).delivery).toEqual(b)
      expect(await store().outbox.find(a.id)).toMatchObject({ state: 'unsure', route: 'passive', maybeTwice: false })
    })

    test('is open again to the message that comes again, once the first claim has run out', async () => {
      const line = aLine()
      const delivery = aDelivery(line)
      await store().outbox.offer([delivery], {})
      await claim(delivery.id)
      expect(await claim(delivery.id, noon + second - 1)).toBeUndefined()
      expect(await claim(delivery.id, noon + second)).toMatchObject({ attempts: 2, route: 'passive' })
      // The first claimant may live after all, and its word stands.
      await store().outbox.applyVerdict(
        delivery.id,
        1,
        { state: 'sent', route: 'passive', receipt: { sentAt: noon } },
        noon,
      )
      expect(await store().outbox.find(delivery.id)).toMatchObject({ state: 'sent' })
    })

    test('may be taken in the same move as it is offered, and dies the same way', async () => {
      const line = aLine()
      const delivery = aDelivery(line)
      const permit = { ...aPermit(noon), leaseMs: second, route: 'passive' as const }
      expect(await store().outbox.offer([delivery], { permit })).toMatchObject({
        state: 'yours',
        record: { route: 'passive', attempts: 1 },
      })
      expect(await store().outbox.take(line, aPermit(noon + second))).toEqual({ state: 'empty' })
      expect(await store().outbox.find(delivery.id)).toMatchObject({ state: 'unsure', route: 'passive' })
    })

    test('that could not ride goes the active way like any other', async () => {
      const line = aLine()
      const delivery = aDelivery(line)
      await store().outbox.offer([delivery], {})
      await claim(delivery.id)
      await store().outbox.applyVerdict(delivery.id, 1, again(noon, false), noon)
      expect((await store().outbox.find(delivery.id))?.route).toBeUndefined()
      expect(await mustTake(store(), line, aPermit(noon))).toMatchObject({ attempts: 1, maybeTwice: false })
      expect(await mustTake(store(), line, aPermit(noon + minute))).toMatchObject({ attempts: 2, maybeTwice: true })
    })
  })
}
