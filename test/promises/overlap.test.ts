import { describe, expect, test } from 'vitest'
import type { OnebotSimulator } from '../../src/simulators/onebot/index.ts'
import type { OpenaiSimulator, OpenaiSimulatorOptions } from '../../src/simulators/openai/index.ts'
import { allRuns, isQuiet } from './books.ts'
import { aPlace, type Place, type StoreKind, storeKinds } from './place.ts'
import { aModel, aQq } from './qq-and-model.ts'
import { seeded, tell, until } from './work.ts'

interface Room {
  place: Place
  env: Record<string, string>
  model: OpenaiSimulator
}

async function aRoom(kind: StoreKind, options: OpenaiSimulatorOptions = {}): Promise<Room | undefined> {
  const place = await aPlace(kind)
  if (place === undefined) return undefined
  const { model, env } = await aModel(options)
  return { place, model, env: { ...env, HUITOU_CONFIG: 'test/promises/overlap.yaml' } }
}

/** What was said, notices not counted. */
const said = ({ inbox }: OnebotSimulator): string[] =>
  inbox.map(({ text }) => text).filter((text) => !/cancel \d/.test(text))

const numbered = (count: number): string[] => Array.from({ length: count }, (_, number) => `question-${number}`)

describe.each(storeKinds)('on the %s store', (kind) => {
  test('what is said in one breath is one question, and what is cancelled of it drops out', {
    timeout: 60_000,
  }, async ({ skip }) => {
    const room = await aRoom(kind)
    if (room === undefined) return skip('NOT TESTED: no redis-server')
    const huitou = await room.place.start({ env: room.env })
    const qq = await aQq(huitou, 'merging')
    qq.sayInPrivate('10009', 'demo echo warm')
    await qq.waitFor(({ text }) => text === 'warm', 10_000)
    for (const text of ['#北京怎么样', '#算了', '#上海 呢', '#哪个更好']) qq.sayInPrivate('10001', text)
    await until(async () => (await allRuns(huitou).catch(() => [])).length === 5, 5_000, 'four questions')
    const dropped = (await allRuns(huitou)).find(({ text }) => text === '#算了')
    await huitou.api(`/api/tasks/${dropped?.id}/cancel`, { method: 'POST' })
    await until(() => said(qq).some((text) => text.startsWith('北京')), 10_000, 'the answer')
    await until(() => isQuiet(huitou).catch(() => false), 10_000, 'all is over')
    expect(said(qq).filter((text) => text !== 'warm' && !text.includes('已取消'))).toEqual([
      '北京怎么样\n上海 呢\n哪个更好',
    ])
    expect(room.model.requests).toHaveLength(1)
    const runs = (await allRuns(huitou)).toReversed().slice(1)
    const first = runs[0]?.number
    expect(runs.map(({ state, why }) => [state, why?.replace(/ \(.*/, '')])).toEqual([
      ['done', undefined],
      ['cancelled', expect.stringContaining('cancelled by')],
      ['done', `并入 #${first}`],
      ['done', `并入 #${first}`],
    ])
  })

  test('a newer question takes the place of the one that is being answered, which stays in mind', {
    timeout: 60_000,
  }, async ({ skip }) => {
    const answer: OpenaiSimulatorOptions['answer'] = ({ messages }) => {
      const last = messages.at(-1)?.content ?? ''
      return last.includes('long') ? 'word '.repeat(500) : messages.map(({ content }) => content).join(' | ')
    }
    const room = await aRoom(kind, { answer, wordMs: 20 })
    if (room === undefined) return skip('NOT TESTED: no redis-server')
    const huitou = await room.place.start({ env: room.env })
    const qq = await aQq(huitou, 'interrupting')
    qq.sayInGroup('20001', '10001', '#a long one')
    await until(() => room.model.busy === 1, 10_000, 'it streams')
    qq.sayInGroup('20001', '10002', '#of somebody else')
    qq.sayInGroup('20001', '10001', '#a short one')
    const askedAt = Date.now()
    await until(() => room.model.aborted.length === 1, 5_000, 'upstream is hung up')
    const closedAfterMs = (room.model.aborted[0]?.at ?? 0) - askedAt
    await qq.waitFor(({ text }) => text === 'a long one | a short one', 10_000)
    await qq.waitFor(({ text }) => text === 'of somebody else', 10_000)
    const [first, , third] = (await allRuns(huitou)).toReversed()
    expect(first).toMatchObject({ state: 'cancelled', why: expect.stringContaining(`被 #${third?.number} 取代`) })
    expect(said(qq)).toContain(`#${first?.number} 已停止，被 #${third?.number} 取代。`)
    tell({ kind, closedAfterMs })
    expect(closedAfterMs).toBeLessThan(2_000)
  })
})

test('between processes, and over the death of one, questions keep their order and one is asked at a time', {
  timeout: 180_000,
}, async ({ skip }) => {
  const room = await aRoom('redis', { wordMs: 150 })
  if (room === undefined) return skip('NOT TESTED: no redis-server')
  const { place, env, model } = room
  const workers = [await place.start({ env, part: 'work' }), await place.start({ env, part: 'work' })]
  const serving = await place.start({ env, part: 'serve' })
  const qq = await aQq(serving)
  const questions = numbered(40)
  for (const question of questions) qq.sayInPrivate('10001', `#${question}`)
  await until(() => said(qq).length >= 8, 30_000, 'some answers')
  await workers[0]?.kill9()
  const killedAt = Date.now()
  const before = said(qq).length
  await until(() => said(qq).length > before + 1, 60_000, 'the next answers')
  const gapMs = Date.now() - killedAt
  await until(
    () => said(qq).length >= questions.length,
    120_000,
    () => `${said(qq).length} answers`,
  )
  await until(() => isQuiet(serving), 30_000, 'all is over')
  tell({ gapMs, mostBusy: model.mostBusy })
  expect(said(qq)).toEqual(questions)
  expect(model.mostBusy).toBe(1)
})

test('those that wait for one whose process died come within seconds of its end', { timeout: 120_000 }, async ({
  skip,
}) => {
  const room = await aRoom('redis', { wordMs: 300 })
  if (room === undefined) return skip('NOT TESTED: no redis-server')
  const { place, env, model } = room
  const serving = await place.start({ env, part: 'serve' })
  const worker = await place.start({ env, part: 'work' })
  const qq = await aQq(serving)
  const questions = numbered(10)
  for (const question of questions) qq.sayInPrivate('10001', `#${question}`)
  await until(() => model.requests.length >= 2, 30_000, 'one is asked and the others wait')
  await worker.kill9()
  const startedAt = Date.now()
  await place.start({ env, part: 'work' })
  await until(
    () => said(qq).length >= questions.length,
    60_000,
    () => `${said(qq).length} answers`,
  )
  tell({ allAnsweredAfterMs: Date.now() - startedAt })
  expect(said(qq)).toEqual(questions)
})

test.for(['onebot', 'merging', 'interrupting'])(
  '%s: killed again and again, every question has its one end',
  {
    timeout: 180_000,
  },
  async (channel, { skip }) => {
    const room = await aRoom('embedded', { wordMs: 50 })
    if (room === undefined) return skip('NOT TESTED: it is always there')
    const { place, env } = room
    const random = seeded(channel.length)
    let huitou = await place.start({ env })
    const qq = await aQq(huitou, channel)
    const people = ['10001', '10002', '10003']
    const asked: string[] = []
    for (let round = 0; round < 4; round++) {
      for (let number = 0; number < 12; number++) {
        const text = `${round}-${number}`
        asked.push(text)
        qq.sayInGroup('20001', people[number % people.length] ?? '', `#${text}`)
      }
      const killAt = Date.now() + 200 + random() * 2_500
      await until(() => Date.now() >= killAt, 5_000, 'some moment')
      await huitou.kill9()
      huitou = await place.start({ env })
      qq.connectTo(`${huitou.url}/in/${channel}`)
      await qq.connected()
    }
    // Under load the store may be too busy for a moment.
    const stored = () =>
      allRuns(huitou).then(
        ({ length }) => length,
        () => 0,
      )
    await until(async () => (await stored()) >= asked.length, 30_000, 'all of them are stored')
    await until(() => isQuiet(huitou), 120_000, 'all is over')
    const lines = said(qq)
      .filter((text) => !text.includes('取代'))
      .flatMap((text) => text.split('\n'))
    const runs = await allRuns(huitou)
    const replaced = runs.filter(({ state, why }) => state === 'cancelled' && why?.includes('取代'))
    tell({ channel, answered: lines.length, replaced: replaced.length })
    // Nothing twice, nothing lost: each was answered, alone or with others, or was replaced by a newer one.
    const answered = lines.toSorted()
    const expected = asked.filter((text) => !replaced.some((run) => run.text === `#${text}`))
    expect(answered).toEqual(expected.toSorted())
    expect(runs.filter(({ state }) => state !== 'done' && state !== 'cancelled')).toEqual([])
    for (const person of people) {
      const own = lines.filter((line) => people[Number(line.split('-')[1]) % people.length] === person)
      expect(own).toEqual(asked.filter((text) => own.includes(text)))
    }
  },
)
