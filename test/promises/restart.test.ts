import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openLog } from '../../src/log.ts'
import { openEmbeddedStore } from '../../src/store/embedded/index.ts'
import { aDelivery, aPermit, aRun, sentAt } from '../contracts/store/samples.ts'
import { startHuitou } from '../fakes/huitou.ts'
import { sized } from '../fakes/sized.ts'
import { allRuns, detailsOf } from './books.ts'
import { aPlace, storeKinds } from './place.ts'
import { sideBySide, tell, until } from './work.ts'

const RUNS = sized(300, 3000)

describe.each(storeKinds)('on the %s store', (kind) => {
  test('a stop hands over what runs: it loses no attempt and ends after the start', { timeout: 180_000 }, async ({
    skip,
  }) => {
    const place = await aPlace(kind)
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator } = place
    const env = { HUITOU_CONFIG: join(place.dataDir, 'huitou.yaml') }
    await writeFile(env.HUITOU_CONFIG, 'limits: { drainMs: 300, graceMs: 1000 }\n')

    const first = await place.start({ env })
    const { msgId } = await simulator.say('zhangsan', 'demo sleep 5')
    const id = `wecom-${msgId}`
    const detail = async (huitou: typeof first) => (await detailsOf(huitou, [id]))[0]
    await until(async () => (await detail(first))?.state === 'running', 30_000, 'it runs')
    expect(await first.stop()).toBe(0)

    const second = await place.start({ env })
    await simulator.waitFor(({ text }) => text === '睡了 5 秒，醒了。', 60_000)
    await until(async () => (await detail(second))?.state === 'done', 10_000, 'its end is written down')
    const run = await detail(second)
    expect(run?.attempt).toBe(1)
    const way = run?.timeline.map((hop) => hop.kind).filter((hop) => hop !== 'sent')
    expect(way).toEqual(['received', 'noticed', 'started', 'snoozed', 'started', 'done'])
    expect(simulator.inbox.map(({ text }) => text)).toEqual([expect.stringContaining('已收到 #1'), '睡了 5 秒，醒了。'])
  })
})

test('a second process on the same data folder is refused with one clear sentence', { timeout: 120_000 }, async () => {
  const place = await aPlace('embedded', { apart: true })
  if (place === undefined) throw new Error('the embedded store is everywhere')
  await place.start()
  const refusal = startHuitou({ dataDir: place.dataDir })
  await expect(refusal).rejects.toThrow(/ended with [1-9]\d* before/)
  // What it wrote stands between the harness's words and the last line of its log, of which there is none.
  const words = await refusal.catch((error: Error) => error.message)
  expect(
    String(words)
      .split('\n')
      .filter((line) => line !== '')
      .slice(1, -1),
  ).toEqual([expect.stringMatching(/^another Huitou process is using the data folder .*DATA_DIR/)])
})

test('the embedded store opens again soon, though it holds many runs', { timeout: 180_000 }, async () => {
  const place = await aPlace('embedded', { apart: true })
  if (place === undefined) throw new Error('the embedded store is everywhere')
  const first = await place.start()
  expect(await first.stop()).toBe(0)
  await fill(join(place.dataDir, 'store'))

  const second = await place.start()
  expect((await allRuns(second)).length).toBe(RUNS)
  await second.kill9()
  const third = await place.start()
  tell({
    runs: RUNS,
    firstStartMs: Math.round(first.readyMs),
    afterStopMs: Math.round(second.readyMs),
    afterKillMs: Math.round(third.readyMs),
  })
  // Less than two seconds on a machine of its own; here it is only not to hang.
  expect(third.readyMs).toBeLessThan(30_000)
})

/** Puts ended runs into the store, each with what it said. */
async function fill(dataDir: string): Promise<void> {
  const keep = { runsMs: 86_400_000, deliveriesMs: 86_400_000 }
  const store = await openEmbeddedStore({ dataDir, keep, onError() {}, log: openLog('silent') })
  const now = Date.now()
  const numbers = Array.from({ length: RUNS }, (_, number) => number)
  await sideBySide(numbers, 16, async (number) => {
    const run = aRun({ id: `wecom-${number}` })
    await store.runs.start(run, now, 10_000)
    const delivery = aDelivery({ channel: 'wecom', chat: `member-${number}` }, { id: `wecom-${number}-1` })
    await store.outbox.offer([{ ...delivery, taskId: run.id }], { permit: aPermit(now) })
    await store.outbox.settle(delivery.id, 1, sentAt(now), now)
    await store.runs.finish(run.id, 1, { state: 'done' }, [{ at: now, kind: 'done' }], now)
  })
  await store.close()
}
