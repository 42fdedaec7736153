import { describe, expect, test } from 'vitest'
import {
  aDelivery,
  aLine,
  aPermit,
  aRun,
  day,
  minute,
  mustStart,
  noon,
  type OpenedStore,
  type StoreUnderTest,
  sentAt,
  unique,
} from './samples.ts'

export function keepingContract(store: StoreUnderTest): void {
  const aYearOn = noon + 365 * day

  async function ended(at: number) {
    const run = aRun({ channel: unique('channel') })
    await mustStart(store(), run, at)
    await store().steps.save(run.id, 'one', 1)
    await store().runs.finish(run.id, 1, { state: 'done' }, [], at)
    return run
  }

  describe('sweep', () => {
    test('removes ended runs with all that is theirs, and no live one', async () => {
      const run = await ended(noon)
      const live = aRun({ channel: run.task.message.from.channel })
      await store().runs.create(live, noon)
      const number = (await store().runs.find(run.id))?.number ?? 0
      expect(await store().sweep(aYearOn, 10_000)).toBeGreaterThan(0)
      expect(await store().runs.find(run.id)).toBeUndefined()
      expect(await store().runs.findByNumber(number)).toBeUndefined()
      expect(await store().runs.timeline(run.id)).toEqual([])
      expect(await store().steps.list(run.id)).toEqual([])
      expect(await store().runs.find(live.id)).toBeDefined()
      const { channel } = run.task.message.from
      expect((await store().runs.list({ channel }, 10)).map((one) => one.id)).toEqual([live.id])
      expect((await store().runs.list({ user: run.owner }, 1_000)).map((one) => one.id)).not.toContain(run.id)
    })

    test('leaves what ended a day ago: a redelivered message is still known', async () => {
      const run = await ended(noon)
      await store().sweep(noon + day, 10_000)
      expect(await store().runs.start(run, noon + day, minute)).toMatchObject({ state: 'over' })
    })

    test('a reopened run is live again and stays', async () => {
      const run = await ended(noon)
      await store().runs.reopen(run.id, [], noon + 1)
      await store().sweep(aYearOn, 10_000)
      expect(await store().runs.find(run.id)).toBeDefined()
    })

    test('removes settled deliveries, and none that waits', async () => {
      const line = aLine()
      const taskId = unique('task')
      const [sent, waiting] = [aDelivery(line, { taskId }), aDelivery(line, { taskId })]
      await store().outbox.offer([sent, waiting], { permit: aPermit(noon) })
      await store().outbox.applyVerdict(sent.id, 1, sentAt(noon), noon)
      await store().sweep(aYearOn, 10_000)
      expect(await store().outbox.find(sent.id)).toBeUndefined()
      expect((await store().outbox.ofTask(taskId)).map((record) => record.delivery.id)).toEqual([waiting.id])
    })

    test('keeps what a live run has said for as long as it lives, so that it is not said again', async () => {
      const line = aLine()
      const run = aRun()
      await mustStart(store(), run, noon)
      await store().runs.suspend(run.id, 1, [{ kind: 'sleep', name: 'long', untilMs: aYearOn + day }], [], noon)
      const [begun, other] = [aDelivery(line, { taskId: run.id }), aDelivery(line)]
      for (const delivery of [begun, other]) {
        await store().outbox.offer([delivery], { permit: aPermit(noon) })
        await store().outbox.applyVerdict(delivery.id, 1, sentAt(noon), noon)
      }
      for (const months of [1, 2, 12]) await store().sweep(noon + months * 30 * day, 10_000)
      expect(await store().outbox.find(other.id)).toBeUndefined()
      expect((await store().outbox.ofTask(run.id)).map((record) => record.delivery.id)).toEqual([begun.id])
      expect(await store().outbox.offer([begun], { permit: aPermit(aYearOn) })).toEqual({ state: 'empty' })

      await store().runs.cancel(run.id, 'enough', 'x', aYearOn)
      await store().sweep(aYearOn + 30 * day, 10_000)
      await store().sweep(aYearOn + 60 * day, 10_000)
      expect(await store().outbox.find(begun.id)).toBeUndefined()
    })

    test('removes expired settings and files, and none that lasts', async () => {
      const name = unique('setting')
      await store().settings.set(`${name}-old`, 'x', noon)
      await store().settings.set(`${name}-new`, 'x', noon + 10_000 * day)
      await store().settings.set(`${name}-ever`, 'x')
      const file = { name: 'a', type: 'b', bytes: new Uint8Array([1]) }
      await store().files.put({ ...file, id: `${name}-old`, expiresAt: noon })
      await store().files.put({ ...file, id: `${name}-new`, expiresAt: noon + 10_000 * day })
      await store().sweep(aYearOn, 10_000)
      // Asked as of a time when all of them were good: what is still found was not removed.
      expect((await store().settings.list(name, 0)).map((one) => one.name).sort()).toEqual([
        `${name}-ever`,
        `${name}-new`,
      ])
      expect(await store().files.get(`${name}-old`, 0)).toBeUndefined()
      expect(await store().files.get(`${name}-new`, 0)).toBeDefined()
    })

    test('removes at most so many of each kind at a time', async () => {
      await store().sweep(aYearOn, 10_000)
      for (let i = 0; i < 3; i++) await ended(noon)
      expect(await store().sweep(aYearOn, 2)).toBe(2)
      expect(await store().sweep(aYearOn, 2)).toBe(1)
      expect(await store().sweep(aYearOn, 2)).toBe(0)
    })
  })
}

export function outlivingContract(opened: () => OpenedStore): void {
  test('everything outlives the process', async ({ skip }) => {
    const { store, reopen } = opened()
    if (reopen === undefined) return skip('this store has no second opening')
    const name = unique('kept')
    const run = aRun({ id: name })
    const line = aLine()
    const delivery = aDelivery(line)
    const bytes = new Uint8Array([0, 255, 10])
    const { number } = await mustStart(store, run, noon)
    await store.steps.save(name, 'one', { orderingKeys: [] })
    await store.outbox.offer([delivery], {})
    await store.outbox.pause(line.channel, noon + minute)
    await store.shares.priority(name, 'staff:a')
    await store.grants.put({ subject: name, scene: '*', command: '*', by: 'admin', at: noon }, 'admin', noon)
    await store.leases.take(name, 'a', noon, minute)
    await store.counters.add(name, 3, noon, day)
    await store.settings.set(name, 'zh')
    await store.files.put({ id: name, name: 'a', type: 'b', bytes, expiresAt: noon + day })
    await store.conversations.append(name, [{ id: 'a', entry: 1 }], 10)

    const again = await reopen()
    expect(await again.runs.find(name)).toMatchObject({ number, state: 'running', fencingToken: 1, task: run.task })
    expect(await again.runs.timeline(name)).toEqual(run.events)
    expect((await again.runs.create(aRun(), noon)).run.number).toBeGreaterThan(number)
    expect(await again.steps.find(name, 'one')).toEqual({ value: { orderingKeys: [] } })
    expect(await again.outbox.find(delivery.id)).toMatchObject({ delivery, state: 'queued' })
    expect(await again.outbox.take(line, aPermit(noon))).toEqual({ state: 'wait', untilMs: noon + minute })
    expect(await again.shares.priority(name, 'staff:a')).toBe(2)
    expect(await again.grants.allows({ subjects: [name], scene: 'a', command: 'b' }, noon)).toBe(true)
    expect(await again.leases.take(name, 'b', noon, minute)).toBe(false)
    expect(await again.counters.get(name, noon)).toBe(3)
    expect(await again.settings.get(name, noon)).toBe('zh')
    expect(Buffer.from((await again.files.get(name, noon))?.bytes ?? []).equals(Buffer.from(bytes))).toBe(true)
    expect(await again.conversations.append(name, [{ id: 'b', entry: 2 }], 10)).toBe(2)
  })
}
