import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Huitou } from '../fakes/huitou.ts'
import { overviewOf } from '../promises/books.ts'
import { aPlace, storeKinds } from '../promises/place.ts'
import { sideBySide, tell, until } from '../promises/work.ts'

const SLEEPERS = 1_000
/** Their times are spread over this. */
const SPREAD_MS = 15_000
/** What a thousand of them may add to a process that has had a thousand others: what is to be swept up comes and goes by as much. */
const MOST_MB = 96

/** Says nothing: each writes when it was to wake and when it did. */
const scene = (ledger: string) => `
import { appendFileSync } from 'node:fs'
import { defineCommand, defineScene, z } from '#scene'
export default defineScene({
  name: 'bed',
  summary: { zh: '睡', en: 'Sleep' },
  commands: {
    nap: defineCommand({
      summary: { zh: '睡到那时', en: 'Sleep until then' },
      args: z.object({ at: z.coerce.number() }),
      lane: 'long',
      async run({ args, sleep }) {
        await sleep('nap', new Date(args.at))
        appendFileSync(${JSON.stringify(ledger)}, args.at + ' ' + Date.now() + '\\n')
      },
    }),
  },
})
`

describe.each(storeKinds)('on the %s store', (kind) => {
  test('a thousand that sleep hold no slot and hardly any memory, and wake in time', { timeout: 600_000 }, async ({
    skip,
  }) => {
    const place = await aPlace(kind, { apart: true, redeliverAfterMs: 30_000 })
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator, dataDir } = place
    const ledger = join(dataDir, 'ledger.txt')
    const env = await place.writeScene('bed.ts', scene(ledger))
    await writeFile(ledger, '')
    const config = join(dataDir, 'huitou.yaml')
    await writeFile(config, 'lanes: { long: { concurrency: 2 } }\n')
    const huitou = await place.start({ env: { ...env, HUITOU_CONFIG: config } })
    const naps = async () => linesOf(await readFile(ledger, 'utf8'))
    const lane = async () => (await overviewOf(huitou)).lanes.find(({ name }) => name === 'long')
    const isAsleep = async (count: number) => {
      const { waiting, active, delayed } = (await lane()) ?? { waiting: 0, active: 0, delayed: 0 }
      return waiting + active === 0 && delayed === count
    }
    const putToBed = (at: (n: number) => number) =>
      sideBySide(Array.from({ length: SLEEPERS }), 16, (_, n) => simulator.say(`sleeper-${n}`, `bed nap ${at(n)}`))

    // What a process has after its first thousand is no property of those that sleep.
    const firstAt = Date.now()
    await putToBed(() => Date.now())
    await until(async () => (await naps()).length === SLEEPERS && (await isAsleep(0)), 120_000, 'all were through')
    const awakeMb = await memoryOf(huitou)

    const startedAt = Date.now()
    // Time enough for all of them to fall asleep, however slow the machine is.
    const wakeAt = startedAt + 10_000 + 2 * (startedAt - firstAt)
    await putToBed((n) => wakeAt + Math.round((n * SPREAD_MS) / SLEEPERS))
    await until(() => isAsleep(SLEEPERS), wakeAt - Date.now(), 'all sleep')
    const bedMs = Date.now() - startedAt
    const asleepMb = await memoryOf(huitou)

    await until(async () => (await naps()).length === 2 * SLEEPERS, 90_000, 'all are awake')
    const late = (await naps()).slice(SLEEPERS).map(([at, wokeAt]) => wokeAt - at)
    const sorted = late.toSorted((one, other) => one - other)
    const [p50, p99] = [0.5, 0.99].map((share) => sorted[Math.floor(sorted.length * share)])
    tell({ kind, sleepers: SLEEPERS, spreadMs: SPREAD_MS, bedMs, awakeMb, asleepMb, p50, p99, maxMs: sorted.at(-1) })
    expect(asleepMb - awakeMb).toBeLessThan(MOST_MB)
    expect(sorted[0]).toBeGreaterThanOrEqual(0)
    expect(sorted.at(-1)).toBeLessThan(5_000)
  })
})

function linesOf(ledger: string): [number, number][] {
  const lines = ledger.split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const [at, wokeAt] = line.split(' ').map(Number)
    return [at ?? Number.NaN, wokeAt ?? Number.NaN]
  })
}

/** The least of some looks at what the process has of the machine: between two of them it may tidy up. */
async function memoryOf({ pid }: Huitou): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let look = 0; look < 5; look++) {
    await wait(400)
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    least = Math.min(least, Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1_024)
  }
  return Math.round(least)
}
