import { expect, test } from 'vitest'
import { seed } from '../fakes/sized.ts'
import { allRuns, isQuiet } from '../promises/books.ts'
import { aQq } from '../promises/qq-and-model.ts'
import { aRoom, numbered, said } from '../promises/questions.ts'
import { seeded, tell, until } from '../promises/work.ts'

test('between processes, and over the death of one, questions keep their order and one is asked at a time', {
  timeout: 180_000,
}, async ({ skip }) => {
  const room = await aRoom('redis', { wordMs: 150 }, { apart: true })
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
  const room = await aRoom('redis', { wordMs: 300 }, { apart: true })
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
    const room = await aRoom('embedded', { wordMs: 50 }, { apart: true })
    if (room === undefined) return skip('NOT TESTED: it is always there')
    const { place, env } = room
    const random = seeded(seed + channel.length)
    let huitou = await place.start({ env })
    const qq = await aQq(huitou, channel)
    const people = ['10001', '10002', '10003']
    const asked: string[] = []
    for (let generation = 0; generation < 4; generation++) {
      for (let number = 0; number < 12; number++) {
        const text = `${generation}-${number}`
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
