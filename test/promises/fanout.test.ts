import { appendFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { TaskDetail, TaskList } from '../../src/dashboard/api/shapes.ts'
import type { Huitou } from '../fakes/huitou.ts'
import { isTrial, seed, sized } from '../fakes/sized.ts'
import { aPlace, type Place, type StoreKind, storeKinds } from './place.ts'
import { seeded, tell, until } from './work.ts'

const KILLS = sized(1, 3)
const PIECES = sized(30, 100)

/** Its steps write a line each to a file, so that they are counted from outside; `fail` names the items that throw. */
const scene = (ledger: string, fail: string) => `
import { appendFileSync, readFileSync, existsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { defineCommand, defineScene, z } from '#scene'
const note = (line) => appendFileSync(${JSON.stringify(ledger)}, line + '\\n')
const fails = (n) => existsSync(${JSON.stringify(fail)}) && readFileSync(${JSON.stringify(fail)}, 'utf8').split(',').includes(String(n))
const summary = { zh: '扇', en: 'Fan' }
export default defineScene({
  name: 'fan',
  summary,
  commands: {
    out: defineCommand({
      summary,
      args: z.object({ count: z.coerce.number(), napMs: z.coerce.number().default(0) }),
      lane: 'long',
      async run({ args, step, say, all }) {
        const items = await step('list', () => {
          note('list')
          return Array.from({ length: args.count }, (_, n) => ({ n }))
        })
        await say('begun', 'begun')
        const doubled = await all('double', items, async ({ n }, index, piece) => {
          const first = await piece.step('first', () => { note('first ' + n); return n })
          if (args.napMs > 0) await piece.sleep('nap', args.napMs)
          const second = await piece.step('second', async () => { await wait(20); note('second ' + n); return first * 2 })
          if (fails(n)) throw new Error('no luck with ' + n)
          return { index, second }
        }, { attempts: fails('once') ? 1 : 3 })
        return 'sum ' + doubled.reduce((sum, each) => sum + each.second, 0) + ' in order ' + doubled.every((each, at) => each.index === at)
      },
    }),
    hang: defineCommand({
      summary,
      args: z.object({}),
      lane: 'long',
      run: ({ all }) => all('naps', [1, 2, 3], (_, __, piece) => piece.sleep('long', 3_600_000)).then(() => 'never'),
    }),
  },
})
`

interface FanOutRecord {
  place: Place
  ledger: string
  fail: string
  start(): Promise<Huitou>
}

async function aFan(
  kind: StoreKind,
  { lanes = '{ long: { concurrency: 4 } }', apart = false } = {},
): Promise<FanOutRecord | undefined> {
  const place = await aPlace(kind, { redeliveries: 0, apart })
  if (place === undefined) return undefined
  const ledger = join(place.dataDir, 'ledger.txt')
  const fail = join(place.dataDir, 'fail.txt')
  const config = join(place.dataDir, 'huitou.yaml')
  const scenes = await place.writeScene('fan.ts', scene(ledger, fail))
  await writeFile(config, `lanes: ${lanes}\n`)
  const env = { ...scenes, HUITOU_CONFIG: config }
  return { place, ledger, fail, start: () => place.start({ env }) }
}

const detailOf = async (huitou: Huitou, id: string) =>
  // The API answers in its own shapes.
  (await (await huitou.api(`/api/tasks/${id}`)).json()) as TaskDetail

describe.each(storeKinds)('on the %s store', (kind) => {
  test('child tasks cut off in the middle again and again: each step once, the answer once', {
    timeout: 240_000,
  }, async ({ skip }) => {
    const fan = await aFan(kind, { apart: isTrial })
    if (fan === undefined) return skip('NOT TESTED: no redis-server')
    const { place, ledger } = fan
    const random = seeded(seed)
    let huitou = await fan.start()
    const startedAt = performance.now()
    const asked = await place.simulator.say('zhangsan', `fan out ${PIECES}`)
    const lines = async () => (await readFile(ledger, 'utf8').catch(() => '')).split('\n').filter(Boolean)
    let seen = 0
    for (let kill = 1; kill <= KILLS; kill++) {
      const enough = seen + 5 + Math.round(random() * 20)
      await until(async () => (await lines()).length >= enough, 60_000, `${enough} lines before kill ${kill}`)
      await place.end(huitou)
      seen = (await lines()).length
      huitou = await fan.start()
    }
    await place.simulator.waitFor(({ text }) => text === `sum ${PIECES * (PIECES - 1)} in order true`, 120_000)
    const id = `wecom-${asked.msgId}`
    await until(async () => (await detailOf(huitou, id)).state === 'done', 10_000, 'its end is written down')

    const times = new Map<string, number>()
    for (const line of await lines()) times.set(line, (times.get(line) ?? 0) + 1)
    // What was under way at a kill is done again, as any step is; what was finished is not.
    const repeated = [...times].filter(([, count]) => count > 1)
    tell({ kind, ms: Math.round(performance.now() - startedAt), steps: times.size, repeated: repeated.length })
    expect(times.size).toBe(2 * PIECES + 1)
    expect(repeated.filter(([, count]) => count > 2)).toEqual([])
    expect(repeated.length).toBeLessThanOrEqual(KILLS * 5)
    const finished = await finishedTwice(huitou, id)
    expect(finished).toEqual([])
    const said = place.simulator.inbox.map(({ text }) => text)
    expect(said.filter((text) => text.startsWith('sum'))).toHaveLength(1)
    expect(said.filter((text) => text === 'begun')).toHaveLength(1)
  })

  test('in a lane with one slot child tasks run while their parent waits, and others come in between', {
    timeout: 120_000,
  }, async ({ skip }) => {
    const fan = await aFan(kind, { lanes: '{ long: { concurrency: 1 } }' })
    if (fan === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator } = fan.place
    const huitou = await fan.start()
    const asked = await simulator.say('zhangsan', 'fan out 30 50')
    await simulator.waitFor(({ text }) => text === 'begun', 30_000)
    await simulator.say('lisi', 'fan out 1')
    await simulator.waitFor(({ text, to }) => to === 'lisi' && text.startsWith('sum 0'), 30_000)
    await simulator.waitFor(({ text }) => text === 'sum 870 in order true', 60_000)
    const order = simulator.inbox.filter(({ text }) => text.startsWith('sum')).map(({ to }) => to)
    expect(order).toEqual(['lisi', 'zhangsan'])

    const { tasks } = (await (await huitou.api('/api/tasks')).json()) as TaskList
    expect(tasks.map(({ command }) => command)).toEqual(['fan out', 'fan out'])
    const detail = await detailOf(huitou, `wecom-${asked.msgId}`)
    expect(detail.fans).toEqual([{ name: 'double', count: 30, ended: 30, done: 30, underWay: [] }])
    const child = detail.timeline.find(({ kind }) => kind === 'piece')?.child
    expect(await detailOf(huitou, child?.id ?? '')).toMatchObject({ state: 'done', parent: { id: detail.id } })
    const { reply } = await simulator.say('zhangsan', 'tasks')
    expect(reply?.content.match(/fan out/g)).toHaveLength(1)
  })

  test('a child task that fails for good is named, the others are done, and a retry does that one alone', {
    timeout: 120_000,
  }, async ({ skip }) => {
    const fan = await aFan(kind)
    if (fan === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator } = fan.place
    appendFileSync(fan.fail, 'once,3,7')
    const huitou = await fan.start()
    const asked = await simulator.say('zhangsan', 'fan out 10')
    const id = `wecom-${asked.msgId}`
    await until(async () => (await detailOf(huitou, id)).state === 'failed', 60_000, 'it has failed')
    const { why, number, fans } = await detailOf(huitou, id)
    expect(why).toContain(
      'all("double"): item 4 of 10 ({"n":3}) failed: Error: no luck with 3; 2 of 10 did not succeed',
    )
    expect(fans).toMatchObject([{ count: 10, ended: 10, done: 8 }])
    expect(simulator.inbox.filter(({ text }) => text.includes('出错了'))).toHaveLength(1)

    await writeFile(fan.fail, '')
    await simulator.say('zhangsan', `retry ${number}`)
    await simulator.waitFor(({ text }) => text === 'sum 90 in order true', 60_000)
    const lines = (await readFile(fan.ledger, 'utf8')).split('\n').filter(Boolean)
    expect(lines).toHaveLength(21)
  })

  test('a cancel of the parent ends its child tasks', { timeout: 120_000 }, async ({ skip }) => {
    const fan = await aFan(kind)
    if (fan === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator } = fan.place
    const huitou = await fan.start()
    const asked = await simulator.say('zhangsan', 'fan hang')
    const id = `wecom-${asked.msgId}`
    const pieces = async () => (await detailOf(huitou, id)).fans?.[0]?.underWay ?? []
    await until(async () => (await pieces()).length === 3, 30_000, 'its pieces are under way')
    const ids = (await pieces()).map((piece) => piece.id)
    const isAsleep = async (piece: string) => (await detailOf(huitou, piece)).waits?.length === 1
    await until(async () => (await Promise.all(ids.map(isAsleep))).every(Boolean), 30_000, 'they sleep')
    await simulator.say('zhangsan', `cancel ${(await detailOf(huitou, id)).number}`)
    const states = async () => Promise.all(ids.map(async (piece) => (await detailOf(huitou, piece)).state))
    await until(async () => (await states()).every((state) => state === 'cancelled'), 10_000, 'they are cancelled')
    expect((await detailOf(huitou, id)).state).toBe('cancelled')
  })
})

/** Steps of child tasks that are told twice in a timeline: finished, and done again. */
async function finishedTwice(huitou: Huitou, id: string): Promise<string[]> {
  const { timeline } = await detailOf(huitou, id)
  const children = timeline.flatMap(({ kind, child }) => (kind === 'piece' && child !== undefined ? [child.id] : []))
  const details = await Promise.all([...new Set(children)].map((child) => detailOf(huitou, child)))
  return details.flatMap((detail) => {
    const steps = detail.timeline.filter(({ kind }) => kind === 'step').map(({ text }) => `${detail.id} ${text}`)
    return steps.filter((step, place) => steps.indexOf(step) < place)
  })
}
