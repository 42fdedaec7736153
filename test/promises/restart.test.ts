import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startHuitou } from '../fakes/huitou.ts'
import { detailsOf } from './books.ts'
import { aPlace, storeKinds } from './place.ts'
import { until } from './work.ts'

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
    const way = run?.timeline.map((event) => event.kind).filter((event) => event !== 'sent')
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
