import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { TaskDetail } from '../../src/dashboard/api/shapes.ts'
import { aPlace, storeKinds } from '../promises/place.ts'
import { tell, until } from '../promises/work.ts'

const STEPS = 12
const STEP_MS = 400
/** Another process takes it up within this, also on a machine that has other things to do. */
const HANDED_OVER_MS = 5_000

/** Each step tells a file of its begin and end, so that they are counted from outside. */
const scene = (ledger: string) => `
import { appendFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { defineCommand, defineScene, z } from '#scene'
const note = (what, step) => appendFileSync(${JSON.stringify(ledger)}, [what, step, process.pid, Date.now()].join(' ') + '\\n')
export default defineScene({
  name: 'walk',
  summary: { zh: '走', en: 'Walks' },
  commands: {
    far: defineCommand({
      summary: { zh: '远', en: 'Far' },
      args: z.object({ steps: z.coerce.number() }),
      lane: 'long',
      async run({ args, step }) {
        for (let n = 1; n <= args.steps; n++) {
          await step('step-' + n, async () => {
            note('begin', n)
            await wait(${STEP_MS})
            note('end', n)
          })
        }
        return 'walked ' + args.steps
      },
    }),
    near: defineCommand({
      summary: { zh: '近', en: 'Near' },
      args: z.object({}),
      lane: 'short',
      async run({ step }) {
        for (let n = 1; n <= 3; n++) await step('near-' + n, () => (note('near', n), wait(300)))
        return 'home again'
      },
    }),
  },
})
`

interface Line {
  what: string
  step: number
  pid: number
  at: number
}

describe.each(storeKinds)('on the %s store', (kind) => {
  test('a stop ends what is short, and hands what is long over at its next step', { timeout: 120_000 }, async ({
    skip,
  }) => {
    const place = await aPlace(kind, { apart: true })
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator, dataDir } = place
    const ledger = join(dataDir, 'ledger.txt')
    await writeFile(ledger, '')
    const env = await place.writeScene('walk.ts', scene(ledger))
    const lines = async (): Promise<Line[]> =>
      (await readFile(ledger, 'utf8'))
        .trimEnd()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [what = '', step, pid, at] = line.split(' ')
          return { what, step: Number(step), pid: Number(pid), at: Number(at) }
        })

    const processes = [await place.start({ env })]
    if (kind === 'redis') processes.push(await place.start({ env }))
    const { msgId } = await simulator.say('zhangsan', `walk far ${STEPS}`)
    await until(async () => (await lines()).some(({ step }) => step === 3), 30_000, 'it walks')
    const pid = (await lines())[0]?.pid
    const walker = processes.find((each) => each.pid === pid)
    if (walker === undefined) throw new Error(`no process of ours is ${pid}`)
    const near = simulator.say('lisi', 'walk near')
    await until(async () => (await lines()).some(({ what }) => what === 'near'), 10_000, 'the short one runs')
    const others = processes.filter((each) => each !== walker)
    for (const { url } of others) simulator.setCallback(`${url}/in/wecom`)
    const stoppedAt = Date.now()
    expect(await walker.stop()).toBe(0)
    const stopMs = Date.now() - stoppedAt
    const next = others[0] ?? (await place.start({ env }))

    await simulator.waitFor(({ text }) => text === `walked ${STEPS}`, 30_000)
    await near
    await simulator.waitFor(({ text }) => text === 'home again', 10_000)
    const all = await lines()
    const short = all.filter(({ what }) => what === 'near')
    expect(short.map(({ step }) => step)).toEqual([1, 2, 3])
    expect(new Set(short.map((line) => line.pid)).size).toBe(1)

    const walked = all.filter(({ what }) => what !== 'near')
    const steps = Array.from({ length: STEPS }, (_, index) => index + 1)
    expect(walked.filter(({ what }) => what === 'begin').map(({ step }) => step)).toEqual(steps)
    expect(walked.filter(({ what }) => what === 'end').map(({ step }) => step)).toEqual(steps)
    const last = walked.findLast((line) => line.pid === pid)
    const taken = walked.find((line) => line.pid !== pid)
    const handedOverMs = (taken?.at ?? Number.NaN) - (last?.at ?? 0)
    tell({ store: kind, stopMs, handedOverMs })
    expect(stopMs).toBeLessThan(HANDED_OVER_MS)
    if (kind === 'redis') expect(handedOverMs).toBeLessThan(HANDED_OVER_MS)
    const task = async () => (await (await next.api(`/api/tasks/wecom-${msgId}`)).json()) as TaskDetail
    await until(async () => (await task()).state === 'done', 10_000, 'its end is written down')
    expect((await task()).attempt).toBe(1)
    expect(simulator.inbox.filter(({ text }) => text === `walked ${STEPS}`)).toHaveLength(1)
  })
})
