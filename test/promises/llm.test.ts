import { describe, expect, test } from 'vitest'
import { sized } from '../fakes/sized.ts'
import { answers, aRoom, type Room } from './asking.ts'
import { isQuiet } from './books.ts'
import { storeKinds } from './place.ts'
import { tell, until } from './work.ts'

const QUESTIONS = sized(150, 1_000)

describe.each(storeKinds)('on the %s store', (kind) => {
  test('a group asks and is answered with what was said before in mind, and `new` forgets it', {
    timeout: 60_000,
  }, async ({ skip }) => {
    const room = await aRoom(kind, { answer: ({ messages }) => messages.map(({ content }) => content).join(' | ') })
    if (room === undefined) return skip('NOT TESTED: no redis-server')
    const { qq } = room
    for (const text of ['#one', '#two', '/new', '#three']) {
      const before = qq.inbox.length
      qq.sayInGroup('20001', '10001', text)
      await until(() => qq.inbox.length > before, 10_000, `an answer to ${text}`)
    }
    expect(answers(qq)).toEqual(['one', 'one | one | two', expect.stringContaining('重新开始'), 'three'])
  })

  test('what a model writes arrives as it wrote it, and is no code', { timeout: 60_000 }, async ({ skip }) => {
    const room = await aRoom(kind, { answer: () => '[CQ:at,qq=all] 大家好' })
    if (room === undefined) return skip('NOT TESTED: no redis-server')
    room.qq.sayInGroup('20001', '10001', '#say hello to all')
    const said = await room.qq.waitFor(({ text }) => text.includes('大家好'), 10_000)
    expect(said.segments.filter(({ type }) => type !== 'reply')).toEqual([
      { type: 'text', data: { text: '[CQ:at,qq=all] 大家好' } },
    ])
  })

  test('many questions of one person delay another’s one by no more than what runs and one', {
    timeout: 300_000,
  }, async ({ skip }) => {
    const room = await aRoom(kind, { wordMs: 100 })
    if (room === undefined) return skip('NOT TESTED: no redis-server')
    const { qq, model } = room
    for (let number = 0; number < QUESTIONS; number++) qq.sayInPrivate('10001', `#busy-${number}`)
    await until(() => model.requests.length >= 3, 30_000, 'the first ones are asked')
    await until(() => storedOf(room), sized(60_000, 180_000), 'all of them are stored')
    const before = model.requests.length
    qq.sayInPrivate('10002', '#mine')
    await qq.waitFor(({ text }) => text === 'mine', 30_000)
    const ahead = model.requests.findIndex(({ messages }) => messages.at(-1)?.content === 'mine') - before
    const busy = answers(qq).filter((text) => text.startsWith('busy-'))
    tell({ kind, ahead, answeredMeanwhile: busy.length, mostBusy: model.mostBusy })
    expect(ahead).toBeLessThanOrEqual(2)
    expect(model.mostBusy).toBeLessThanOrEqual(2)
    expect(busy).toEqual(busy.map((_, number) => `busy-${number}`))
  })

  test('a cancel ends the stream within a second and says so', { timeout: 60_000 }, async ({ skip }) => {
    const room = await aRoom(kind, { answer: () => 'word '.repeat(2_000), wordMs: 20 })
    if (room === undefined) return skip('NOT TESTED: no redis-server')
    const { huitou, qq, model } = room
    qq.sayInPrivate('10001', '#talk')
    await until(() => model.busy === 1, 10_000, 'it streams')
    const { tasks } = await (await huitou.api('/api/tasks?state=running')).json()
    const cancelledAt = Date.now()
    qq.sayInPrivate('10001', `cancel ${tasks[0].number}`)
    await until(() => model.aborted.length === 1, 5_000, 'upstream is hung up')
    tell({ kind, closedAfterMs: (model.aborted[0]?.at ?? 0) - cancelledAt })
    expect((model.aborted[0]?.at ?? 0) - cancelledAt).toBeLessThan(1_000)
    await qq.waitFor(({ text }) => text.includes('已取消'), 5_000)
  })

  test('after the upstream had too many requests for a while all are answered, in order', { timeout: 300_000 }, async ({
    skip,
  }) => {
    const room = await aRoom(kind)
    if (room === undefined) return skip('NOT TESTED: no redis-server')
    const { huitou, qq, model } = room
    model.misbehave({ answer: 429, retryAfter: 2, untilMs: Date.now() + sized(4_000, 20_000) })
    const questions = Array.from({ length: 5 }, (_, number) => `question-${number}`)
    for (const question of questions) qq.sayInPrivate('10001', `#${question}`)
    for (const question of questions) qq.sayInGroup('20001', '10002', `#${question}`)
    const answered = () => qq.inbox.filter(({ text }) => text.startsWith('question')).length
    await until(
      () => answered() >= 10,
      60_000,
      () => `${answered()} answers`,
    )
    await until(() => isQuiet(huitou), 10_000, 'all is over')
    const of = (isGroup: boolean) =>
      qq.inbox
        .filter(({ chat, text }) => 'group' in chat === isGroup && text.startsWith('question'))
        .map(({ text }) => text)
    expect(of(false)).toEqual(questions)
    expect(of(true)).toEqual(questions)
  })
})

async function storedOf({ huitou, model }: Room): Promise<boolean> {
  const { lanes } = await (await huitou.api('/api/overview')).json()
  const llm = lanes.find(({ name }: { name: string }) => name === 'llm')
  // What is asked already waits no more.
  return llm.waiting + llm.delayed + model.requests.length >= QUESTIONS
}
