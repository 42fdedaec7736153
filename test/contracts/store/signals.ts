import { describe, expect, test } from 'vitest'
import { type StoreUnderTest, unique } from './samples.ts'

export function signalsContract(store: StoreUnderTest): void {
  describe('signals', () => {
    test('reach every listener of their topic, the publisher itself too, and no other', async () => {
      const topic = unique('topic')
      const first = Promise.withResolvers<unknown>()
      const second = Promise.withResolvers<unknown>()
      let others = 0
      const stops = [
        await store().signals.subscribe(topic, first.resolve),
        await store().signals.subscribe(topic, second.resolve),
        await store().signals.subscribe(`${topic}-other`, () => {
          others += 1
        }),
      ]
      const payload = { taskId: 'task-1', list: [], text: '取消' }
      await store().signals.publish(topic, payload)
      expect(await first.promise).toEqual(payload)
      expect(await second.promise).toEqual(payload)
      expect(others).toBe(0)
      for (const stop of stops) await stop()
    })

    test('come in order, and no more to one who stopped', async () => {
      const topic = unique('topic')
      const heard: unknown[] = []
      const stop = await store().signals.subscribe(topic, (payload) => heard.push(payload))
      const kept: unknown[] = []
      const last = Promise.withResolvers<void>()
      const stopLast = await store().signals.subscribe(topic, (payload) => {
        kept.push(payload)
        if (payload === 'last') last.resolve()
      })
      await stop()
      for (const payload of [1, 2, 3, 'last']) await store().signals.publish(topic, payload)
      await last.promise
      expect(kept).toEqual([1, 2, 3, 'last'])
      expect(heard).toEqual([])
      await stopLast()
      await stopLast()
    })

    test('a listener that throws keeps nothing from the others', async () => {
      const topic = unique('topic')
      const heard = Promise.withResolvers<unknown>()
      const stopBad = await store().signals.subscribe(topic, () => {
        throw new Error('a listener that throws')
      })
      const stop = await store().signals.subscribe(topic, heard.resolve)
      await store().signals.publish(topic, null)
      expect(await heard.promise).toBeNull()
      await stopBad()
      await stop()
    })
  })
}
