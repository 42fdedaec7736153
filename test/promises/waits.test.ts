import { readFile, writeFile } from 'node:fs/promises'
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
    plan: defineCommand({
      summary: { zh: '计划', en: 'Plan' },
      args: z.object({}),
      lane: 'long',
      async run({ step, ask, say, onCancel }) {
        await onCancel('hotel', async () => {
          note('hotel taken back')
          await say('undone', 'no hotel any more')
        })
        await step('hotel', () => note('hotel'))
        const where = await ask('where', 'Where to?')
        const size = await ask('size', 'Which room, ' + where.text + '?', { choices: ['small', 'large'] })
        await step('booked', () => note(where.text + ', ' + size.text))
        return where.text + ', a ' + size.text + ' room'
      },
    }),
    fail: defineCommand({
      summary: { zh: '坏', en: 'Fail' },
      args: z.object({}),
      lane: 'long',
      attempts: 1,
      async run({ onCancel }) {
        await onCancel('a', () => note('a taken back'))
        await onCancel('b', async () => {
          note('b begins')
          await new Promise((resolve) => setTimeout(resolve, 1_500))
          note('b taken back')
        })
        await onCancel('c', () => note('c taken back'))
        throw new Error('no seats')
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
    const place = await aPlace(kind, { apart: true })
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator, dataDir } = place
    const ledger = join(dataDir, 'ledger.txt')
    const env = await place.writeScene('trip.ts', scene(ledger))

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

  test('a command that asks waits on through kill -9, and what a cancelled one did is taken back once', {
    timeout: 120_000,
  }, async ({ skip }) => {
    const place = await aPlace(kind, { apart: true })
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator, dataDir } = place
    const ledger = join(dataDir, 'ledger.txt')
    const env = await place.writeScene('trip.ts', scene(ledger))
    const ofTask = async (huitou: Awaited<ReturnType<typeof place.start>>, id: string) =>
      (await (await huitou.api(`/api/tasks/wecom-${id}`)).json()) as {
        state: string
        waits?: unknown[]
        timeline: { kind: string; text?: string }[]
      }

    const first = await place.start({ env })
    const asked = await simulator.say('zhangsan', 'trip plan')
    const other = await simulator.say('lisi', 'trip plan')
    await simulator.waitFor(({ text, to }) => text === 'Where to?' && to === 'zhangsan', 30_000)
    await simulator.waitFor(({ text, to }) => text === 'Where to?' && to === 'lisi', 30_000)
    const isWaiting = async (huitou: typeof first, id: string) => (await ofTask(huitou, id)).waits?.length === 1
    await until(() => isWaiting(first, asked.msgId), 10_000, 'it waits')
    await until(() => isWaiting(first, other.msgId), 10_000, 'the other one waits')
    await first.kill9()

    const second = await place.start({ env })
    expect(await ofTask(second, asked.msgId)).toMatchObject({ waits: [{ kind: 'answer', name: 'where' }] })
    await simulator.say('zhangsan', 'chat_id')
    await simulator.say('zhangsan', 'Peking')
    await simulator.waitFor(({ text }) => text.includes('Which room, Peking?'), 30_000)
    await simulator.say('zhangsan', 'LARGE')
    await simulator.waitFor(({ text }) => text === 'Peking, a large room', 30_000)

    await simulator.say('lisi', `cancel ${numberIn(other.reply?.content)}`)
    await simulator.waitFor(({ text, to }) => text === 'no hotel any more' && to === 'lisi', 30_000)
    const isUndone = async () => (await ofTask(second, other.msgId)).timeline.some(({ kind: hop }) => hop === 'undone')
    await until(isUndone, 10_000, 'the timeline tells')
    expect((await ofTask(second, other.msgId)).state).toBe('cancelled')
    expect(await readFile(ledger, 'utf8')).toBe('hotel\nhotel\nPeking, large\nhotel taken back\n')
    const seen = simulator.inbox.map(({ text }) => text)
    expect(seen.filter((text) => text === 'Where to?')).toHaveLength(2)
  })

  test('a task killed while it takes back is taken back after the restart', { timeout: 120_000 }, async ({ skip }) => {
    const place = await aPlace(kind, { apart: true })
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator, dataDir } = place
    const ledger = join(dataDir, 'ledger.txt')
    const env = await place.writeScene('trip.ts', scene(ledger))
    const written = () => readFile(ledger, 'utf8').catch(() => '')

    const first = await place.start({ env })
    await simulator.say('zhangsan', 'trip fail')
    await until(async () => (await written()).includes('b begins'), 30_000, 'it takes back')
    await first.kill9()
    await place.start({ env })
    await until(async () => (await written()).includes('a taken back'), 60_000, 'the rest is taken back')
    expect(await written()).toBe('c taken back\nb begins\nb begins\nb taken back\na taken back\n')
  })

  test('sleeping tasks hold no slot, and wake by themselves', { timeout: 120_000 }, async ({ skip }) => {
    const place = await aPlace(kind)
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator, dataDir } = place
    const env = await place.writeScene('trip.ts', scene(join(dataDir, 'ledger.txt')))
    const config = join(dataDir, 'huitou.yaml')
    await writeFile(config, 'lanes: { long: { concurrency: 1 } }\n')
    await place.start({ env: { ...env, HUITOU_CONFIG: config } })

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
