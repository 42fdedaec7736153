import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { numberIn } from './company.ts'
import { aPlace, storeKinds } from './place.ts'
import { until } from './work.ts'

/** Its steps write a line each to a file, so that they are counted from outside. */
const scene = (ledger: string) => `
import { appendFileSync } from 'node:fs'
import { defineCommand, defineScene, z } from '#scene'
const note = (line) => appendFileSync(${JSON.stringify(ledger)}, line + '\\n')
export default defineScene({
  name: 'trip',
  summary: { zh: '出差', en: 'Trips' },
  commands: {
    book: defineCommand({
      summary: { zh: '订', en: 'Book' },
      args: z.object({ city: z.string() }),
      lane: 'long',
      async run({ args, step, sleep, approve }) {
        await step('price', () => note('price'))
        await sleep('a moment', 300)
        const { by } = await approve('book', { question: 'Book ' + args.city })
        await step('booked', () => note('booked'))
        return args.city + ' booked, approved by ' + by.join()
      },
    }),
    nap: defineCommand({
      summary: { zh: '睡', en: 'Nap' },
      args: z.object({ ms: z.coerce.number() }),
      lane: 'long',
      async run({ args, sleep }) {
        await sleep('nap', args.ms)
        return 'awake'
      },
    }),
  },
})
`

describe.each(storeKinds)('on the %s store', (kind) => {
  test('a command that waits for an approval waits on through kill -9, and repeats nothing', {
    timeout: 120_000,
  }, async ({ skip }) => {
    const place = await aPlace(kind)
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator, dataDir } = place
    const folder = join(dataDir, 'scenes', 'public')
    const ledger = join(dataDir, 'ledger.txt')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'trip.ts'), scene(ledger))
    const env = { SCENE_DIRS: join(dataDir, 'scenes') }

    const first = await place.start({ env })
    const asked = await simulator.say('zhangsan', 'trip book Beijing')
    const number = numberIn(asked.reply?.content)
    const question = await simulator.waitFor(({ text }) => text.includes('Book Beijing'), 30_000)
    expect(question.text).toContain(`#${number} 需要审批`)
    const task = async (huitou: typeof first) =>
      (await (await huitou.api(`/api/tasks/wecom-${asked.msgId}`)).json()) as { state: string; waits?: unknown[] }
    await until(async () => (await task(first)).waits?.length === 1, 10_000, 'it waits')
    await first.kill9()

    const second = await place.start({ env })
    expect(await task(second)).toMatchObject({ state: 'waiting', waits: [{ kind: 'approval', name: 'book' }] })
    await simulator.say('lisi', `approve ${number}`)
    await simulator.say('zhangsan', `approve ${number}`)
    await simulator.waitFor(({ text }) => text === 'Beijing booked, approved by wecom:zhangsan', 30_000)
    await until(async () => (await task(second)).state === 'done', 10_000, 'its end is written down')
    expect(await readFile(ledger, 'utf8')).toBe('price\nbooked\n')
    const seen = simulator.inbox.map(({ text }) => text)
    expect(seen.filter((text) => text.includes('Book Beijing'))).toHaveLength(1)
    expect(seen.filter((text) => text.includes('booked,'))).toHaveLength(1)
    expect(seen).toContain(`你不能审批 #${number}。`)
  })

  test('sleeping tasks hold no slot, and wake by themselves', { timeout: 120_000 }, async ({ skip }) => {
    const place = await aPlace(kind)
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator, dataDir } = place
    const folder = join(dataDir, 'scenes', 'public')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'trip.ts'), scene(join(dataDir, 'ledger.txt')))
    const config = join(dataDir, 'huitou.yaml')
    await writeFile(config, 'lanes: { long: { concurrency: 1 } }\n')
    await place.start({ env: { SCENE_DIRS: join(dataDir, 'scenes'), HUITOU_CONFIG: config } })

    for (let n = 0; n < 20; n++) await simulator.say('zhangsan', 'trip nap 8000')
    await simulator.say('lisi', 'trip nap 0')
    expect((await simulator.waitFor(({ text }) => text === 'awake', 30_000)).to).toBe('lisi')
    await until(
      () => simulator.inbox.filter(({ text }) => text === 'awake').length === 21,
      40_000,
      () => `all awake: ${simulator.inbox.filter(({ text }) => text === 'awake').length}`,
    )
  })
})
