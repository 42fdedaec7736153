import { describe, expect, test } from 'vitest'
import type { OpenaiSimulatorOptions } from '../../src/simulators/openai/index.ts'
import { allRuns, isQuiet } from './books.ts'
import { storeKinds } from './place.ts'
import { aQq } from './qq-and-model.ts'
import { aRoom, said } from './questions.ts'
import { tell, until } from './work.ts'

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
