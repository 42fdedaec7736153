import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runMigrations } from 'bullmq'
import { describe, expect, test } from 'vitest'
import { type Schedule, taskIdOf } from '../../src/core/schedule/schedule.ts'
import type { ListedSchedule } from '../../src/dashboard/api/shapes.ts'
import { openEmbeddedStore } from '../../src/store/embedded/index.ts'
import { openRedisStore } from '../../src/store/redis/index.ts'
import type { Store } from '../../src/store/store.ts'
import type { Huitou } from '../fakes/huitou.ts'
import { allRuns, isQuiet, overviewOf } from '../promises/books.ts'
import { aPlace, type Place, storeKinds } from '../promises/place.ts'
import { tell, until } from '../promises/work.ts'

const MINUTE = 60_000
const MISSED = 60
const KILLS = 4

/** Writes a line for each beginning, so that they are counted from outside. */
const scene = (ledger: string) => `
import { appendFileSync } from 'node:fs'
import { defineCommand, defineScene, z } from '#scene'
export default defineScene({
  name: 'chime',
  summary: { zh: '报时', en: 'Chimes' },
  commands: {
    ring: defineCommand({
      summary: { zh: '响', en: 'Ring' },
      args: z.object({}),
      lane: 'short',
      async run({ message, step }) {
        await step('ring', () => appendFileSync(${JSON.stringify(ledger)}, message.id + '\\n'))
      },
    }),
  },
})
`

/** The store itself, while no process has it. */
async function onTheStore<T>(place: Place, act: (store: Store) => Promise<T>): Promise<T> {
  const silent = { debug() {}, info() {}, warn() {}, error() {} }
  const store =
    place.redis === undefined
      ? await openEmbeddedStore({
          dataDir: join(place.dataDir, 'store'),
          keep: { runsMs: 7 * 86_400_000, deliveriesMs: 7 * 86_400_000 },
          migrateQueues: runMigrations,
          onError: () => undefined,
          log: silent,
        })
      : await openRedisStore({ url: place.redis.url, onError: () => undefined })
  try {
    return await act(store)
  } finally {
    await store.close()
  }
}

async function theSchedule(huitou: Huitou): Promise<ListedSchedule> {
  const { schedules } = (await (await huitou.api('/api/schedules')).json()) as { schedules: ListedSchedule[] }
  const [schedule] = schedules
  if (schedule === undefined) throw new Error('there is no schedule')
  return schedule
}

describe.each(storeKinds)('on the %s store', (kind) => {
  test('each due time is one task, whoever looks and whoever is killed', { timeout: 300_000 }, async ({ skip }) => {
    const place = await aPlace(kind, { apart: true })
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const ledger = join(place.dataDir, 'ledger.txt')
    const env = await place.writeScene('chime.ts', scene(ledger))

    const maker = await place.start({ env })
    const made = await maker.api('/api/schedules', {
      method: 'POST',
      body: JSON.stringify({
        when: 'every minute',
        text: 'chime ring',
        to: { channel: 'wecom', chat: 'zhangsan' },
        owner: 'zhangsan',
        misfire: 'all',
        overlap: 'both',
      }),
    })
    expect(made.status).toBe(201)
    await maker.stop()

    // An hour of nobody, all of which is to be made up for.
    const firstAt = await onTheStore(place, async ({ schedules }) => {
      const [found] = await schedules.list()
      if (found === undefined) throw new Error('there is no schedule')
      const since = found.createdAt - MISSED * MINUTE
      const aged: Schedule = {
        ...found,
        createdAt: since,
        nextAt: Math.floor(since / MINUTE) * MINUTE + MINUTE,
        lookAt: since,
      }
      return (await schedules.change(aged))?.nextAt ?? 0
    })

    const isDue = ({ msg }: Record<string, unknown>) => msg === 'a schedule is due'
    const seenDue: boolean[] = []
    for (let kill = 0; kill < KILLS; kill++) {
      // On Redis two look at the same time; whichever decides first is killed in the middle of it.
      const pair = await Promise.all([
        place.start({ env }),
        ...(kind === 'redis' ? [place.start({ env, part: 'work' })] : []),
      ])
      const first = await Promise.race(pair.map((huitou) => huitou.waitForLog(isDue, 5_000).then(() => huitou))).catch(
        () => undefined,
      )
      seenDue.push(first !== undefined)
      await first?.kill9()
      await Promise.all(pair.map((huitou) => huitou.kill9()))
    }

    const last = await place.start({ env })
    let left = ''
    await until(
      async () => {
        const { open, queued } = await theSchedule(last)
        // One that came up this minute may still be under way.
        const late = open.filter(({ dueAt }) => Date.now() - dueAt > MINUTE)
        const { lanes } = await overviewOf(last)
        left = JSON.stringify({ late: late.length, queued: queued.length, lanes })
        return late.length + queued.length === 0 && (await isQuiet(last))
      },
      120_000,
      () => `the end of everything that was due: ${left}`,
    )
    const { id, nextAt = 0 } = await theSchedule(last)
    const due = Array.from({ length: (nextAt - firstAt) / MINUTE }, (_, place) => firstAt + place * MINUTE)
    const runs = await allRuns(last)
    const rung = (await readFile(ledger, 'utf8')).trim().split('\n')
    tell({
      kind,
      kills: KILLS,
      killedWhileDue: seenDue.filter(Boolean).length,
      due: due.length,
      runs: runs.length,
      rung: rung.length,
    })

    expect(seenDue[0]).toBe(true)
    expect(due.length).toBeGreaterThanOrEqual(MISSED)
    expect(runs.map((run) => run.id).toSorted()).toEqual(due.map((at) => taskIdOf(id, at)).toSorted())
    expect(runs.filter(({ state }) => state !== 'done')).toEqual([])
    // A kill may repeat the step it cut, and no other.
    expect([...new Set(rung)].toSorted()).toEqual(runs.map((run) => run.id).toSorted())
  })
})
