import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isTrial } from '../fakes/sized.ts'
import { numberIn } from './company.ts'
import { aPlace, storeKinds } from './place.ts'
import { tripScene } from './trip.ts'
import { until } from './work.ts'

describe.each(storeKinds)('on the %s store', (kind) => {
  test('a command that waits for an approval waits on without its process, and repeats nothing', {
    timeout: 120_000,
  }, async ({ skip }) => {
    const place = await aPlace(kind, { apart: isTrial })
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator, dataDir } = place
    const ledger = join(dataDir, 'ledger.txt')
    const env = await place.writeScene('trip.ts', tripScene(ledger))

    const first = await place.start({ env })
    const asked = await simulator.say('zhangsan', 'trip book Beijing')
    const number = numberIn(asked.reply?.content)
    const question = await simulator.waitFor(({ text }) => text.includes('Book Beijing'), 30_000)
    expect(question.text).toContain(`#${number} 需要审批`)
    const task = async (huitou: typeof first) =>
      (await (await huitou.api(`/api/tasks/wecom-${asked.msgId}`)).json()) as { state: string; waits?: unknown[] }
    await until(async () => (await task(first)).waits?.length === 1, 10_000, 'it waits')
    await place.end(first)

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

  test('a command that asks waits on without its process, and what a cancelled one did is taken back once', {
    timeout: 120_000,
  }, async ({ skip }) => {
    const place = await aPlace(kind, { apart: isTrial })
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator, dataDir } = place
    const ledger = join(dataDir, 'ledger.txt')
    const env = await place.writeScene('trip.ts', tripScene(ledger))
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
    await place.end(first)

    const second = await place.start({ env })
    expect(await ofTask(second, asked.msgId)).toMatchObject({ waits: [{ kind: 'answer', name: 'where' }] })
    await simulator.say('zhangsan', 'chat_id')
    await simulator.say('zhangsan', 'Peking')
    await simulator.waitFor(({ text }) => text.includes('Which room, Peking?'), 30_000)
    await simulator.say('zhangsan', 'LARGE')
    await simulator.waitFor(({ text }) => text === 'Peking, a large room', 30_000)

    await simulator.say('lisi', `cancel ${numberIn(other.reply?.content)}`)
    await simulator.waitFor(({ text, to }) => text === 'no hotel any more' && to === 'lisi', 30_000)
    const isUndone = async () =>
      (await ofTask(second, other.msgId)).timeline.some(({ kind: event }) => event === 'undone')
    await until(isUndone, 10_000, 'the timeline tells')
    expect((await ofTask(second, other.msgId)).state).toBe('cancelled')
    expect(await readFile(ledger, 'utf8')).toBe('hotel\nhotel\nPeking, large\nhotel taken back\n')
    const seen = simulator.inbox.map(({ text }) => text)
    expect(seen.filter((text) => text === 'Where to?')).toHaveLength(2)
  })

  test('sleeping tasks hold no slot, and wake by themselves', { timeout: 120_000 }, async ({ skip }) => {
    const place = await aPlace(kind)
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const { simulator, dataDir } = place
    const env = await place.writeScene('trip.ts', tripScene(join(dataDir, 'ledger.txt')))
    const config = join(dataDir, 'huitou.yaml')
    await writeFile(config, 'lanes: { long: { concurrency: 1 } }\n')
    await place.start({ env: { ...env, HUITOU_CONFIG: config } })

    for (let n = 0; n < 20; n++) await simulator.say('zhangsan', 'trip nap 3000')
    await simulator.say('lisi', 'trip nap 0')
    expect((await simulator.waitFor(({ text }) => text === 'awake', 30_000)).to).toBe('lisi')
    await until(
      () => simulator.inbox.filter(({ text }) => text === 'awake').length === 21,
      40_000,
      () => `all awake: ${simulator.inbox.filter(({ text }) => text === 'awake').length}`,
    )
  })
})
