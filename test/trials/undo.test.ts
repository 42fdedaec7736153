import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { aPlace, storeKinds } from '../promises/place.ts'
import { tripScene } from '../promises/trip.ts'
import { until } from '../promises/work.ts'

describe.each(storeKinds)('on the %s store', (kind) => {
  test('a task killed while it takes back is taken back after the restart', { timeout: 120_000 }, async ({ skip }) => {
    const place = await aPlace(kind, { apart: true })
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator, dataDir } = place
    const ledger = join(dataDir, 'ledger.txt')
    const env = await place.writeScene('trip.ts', tripScene(ledger))
    const written = () => readFile(ledger, 'utf8').catch(() => '')

    const first = await place.start({ env })
    await simulator.say('zhangsan', 'trip fail')
    await until(async () => (await written()).includes('b begins'), 30_000, 'it takes back')
    await first.kill9()
    await place.start({ env })
    await until(async () => (await written()).includes('a taken back'), 60_000, 'the rest is taken back')
    expect(await written()).toBe('c taken back\nb begins\nb begins\nb taken back\na taken back\n')
  })
})
