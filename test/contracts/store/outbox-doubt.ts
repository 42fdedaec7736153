import { describe, expect, test } from 'vitest'
import type { Verdict } from '../../../src/core/delivery/delivery.ts'
import type { Permit } from '../../../src/store/store.ts'
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
} from './samples.ts'

const looking = (now: number, limits?: Parameters<typeof aPermit>[1]): Permit => ({
  ...aPermit(now, limits),
  repeatsShowTwice: true,
  looksUp: true,
})

const inDoubt = (notBefore: number): Verdict => ({
  state: 'again',
  why: 'busy',
  notBefore,
  costsAttempt: true,
  doubtSince: noon,
})

export function doubtContract(store: StoreUnderTest): void {
  describe('a send that may have arrived', () => {
    test('of a dead taker is taken to be looked for, which spends no quota and keeps since when', async () => {
      const line = aLine()
      const limits = { chat: [{ count: 1, windowMs: 10 * minute }] }
      const delivery = aDelivery(line)
      await store().outbox.offer([delivery], {})
      await mustTake(store(), line, looking(noon, limits))
      expect(await store().outbox.take(line, looking(noon + 29 * second, limits))).toMatchObject({ state: 'wait' })
      const dead = await mustTake(store(), line, looking(noon + 30 * second, limits))
      expect(dead).toMatchObject({ doubtSince: noon, attempts: 2, maybeTwice: false })
      // Whoever looked for it dies as well: since when stays.
      expect(await mustTake(store(), line, looking(noon + minute, limits))).toMatchObject({ doubtSince: noon })
    })

    test('is put off with its doubt, and without it is sent again under its quota', async () => {
      const line = aLine()
      const limits = { chat: [{ count: 1, windowMs: minute }] }
      const delivery = aDelivery(line)
      await store().outbox.offer([delivery], {})
      const { attempts } = await mustTake(store(), line, looking(noon, limits))
      await store().outbox.applyVerdict(delivery.id, attempts, inDoubt(noon + second), noon)
      expect(await store().outbox.find(delivery.id)).toMatchObject({ state: 'queued', doubtSince: noon })
      const looked = await mustTake(store(), line, looking(noon + second, limits))
      expect(looked.doubtSince).toBe(noon)
      await store().outbox.applyVerdict(delivery.id, looked.attempts, again(noon + second), noon + second)
      expect(await store().outbox.take(line, looking(noon + second, limits))).toEqual({
        state: 'wait',
        untilMs: noon + minute,
      })
      const sent = await mustTake(store(), line, looking(noon + minute, limits))
      expect(sent.doubtSince).toBeUndefined()
    })

    test('that nobody can look up, or nobody wants any more, is unsure', async () => {
      for (const permit of [{ ...aPermit(noon + minute), repeatsShowTwice: true }, looking(noon + 10 * minute)]) {
        const line = aLine()
        const delivery = aDelivery(line, { expiresAt: noon + 5 * minute })
        await store().outbox.offer([delivery], {})
        const { attempts } = await mustTake(store(), line, looking(noon))
        await store().outbox.applyVerdict(delivery.id, attempts, inDoubt(noon), noon)
        expect(await store().outbox.take(line, permit)).toEqual({ state: 'empty' })
        expect(await store().outbox.find(delivery.id)).toMatchObject({ state: 'unsure', why: 'busy' })
        // An operator who sends it again wants it sent.
        await store().outbox.resend(delivery.id, noon + 60 * minute, noon + 10 * minute)
        const resent = await mustTake(store(), line, looking(noon + 10 * minute))
        expect(resent.doubtSince).toBeUndefined()
      }
    })
  })

  test('a claim is prolonged by its taker alone', async () => {
    const line = aLine()
    const delivery = aDelivery(line)
    await store().outbox.offer([delivery], {})
    const { attempts } = await mustTake(store(), line, aPermit(noon))
    expect(await store().outbox.prolong(delivery.id, attempts + 1, noon + 10 * minute)).toBe(false)
    expect(await store().outbox.prolong(delivery.id, attempts, noon + 5 * minute)).toBe(true)
    expect(await store().outbox.take(line, aPermit(noon + minute))).toEqual({
      state: 'wait',
      untilMs: noon + 5 * minute,
    })
    expect(await store().outbox.due(noon + minute, 1_000)).not.toContainEqual(line)
    await store().outbox.applyVerdict(delivery.id, attempts, sentAt(noon), noon)
    expect(await store().outbox.prolong(delivery.id, attempts, noon + 5 * minute)).toBe(false)
  })

  test('a pause of a chat can be ended, and its head goes at once', async () => {
    const line = aLine()
    const delivery = aDelivery(line)
    await store().outbox.offer([delivery], {})
    const { attempts } = await mustTake(store(), line, aPermit(noon))
    await store().outbox.pause(line.channel, noon + 10 * minute, line.chat)
    await store().outbox.applyVerdict(delivery.id, attempts, again(noon + 10 * minute, false), noon)
    expect(await store().outbox.take(line, aPermit(noon + second))).toMatchObject({ state: 'wait' })
    await store().outbox.resume(line, noon + minute)
    expect(await store().outbox.due(noon + minute, 1_000)).toContainEqual(line)
    await mustTake(store(), line, aPermit(noon + minute))
    // What is being sent is left to whoever sends it.
    await store().outbox.resume(line, noon + minute)
    expect(await store().outbox.take(line, aPermit(noon + minute))).toMatchObject({ state: 'wait' })
    await store().outbox.resume(aLine(), noon)
  })

  test('what the platform calls the last things said in a line is known', async () => {
    const [line, other] = [aLine(), aLine()]
    for (const [place, where] of [line, line, other].entries()) {
      const delivery = aDelivery(where)
      await store().outbox.offer([delivery], {})
      const at = noon + place * minute
      const { attempts } = await mustTake(store(), where, aPermit(at))
      const receipt = { platformMessageId: `-${place}`, sentAt: at }
      await store().outbox.applyVerdict(delivery.id, attempts, { state: 'sent', route: 'active', receipt }, at)
    }
    expect(await store().outbox.saidSince(line, noon)).toEqual(['-0', '-1'])
    expect(await store().outbox.saidSince(line, noon + second)).toEqual(['-1'])
    expect(await store().outbox.saidSince(aLine(), noon)).toEqual([])
  })
}
