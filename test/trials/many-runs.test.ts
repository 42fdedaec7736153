import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLog } from '../../src/app/machine/log.ts'
import { openEmbeddedStore } from '../../src/store/embedded/index.ts'
import { aDelivery, aPermit, aRun, sentAt } from '../contracts/store/samples.ts'
import { allRuns } from '../promises/books.ts'
import { aPlace } from '../promises/place.ts'
import { sideBySide, tell } from '../promises/work.ts'

const RUNS = 3000

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
    await store.outbox.applyVerdict(delivery.id, 1, sentAt(now), now)
    await store.runs.finish(run.id, 1, { state: 'done' }, [{ at: now, kind: 'done' }], now)
  })
  await store.close()
}
