import { describe, expect, test } from 'vitest'
import { allRuns } from '../promises/books.ts'
import { storeKinds } from '../promises/place.ts'
import { aRoom, json } from '../promises/tool-room.ts'
import { until } from '../promises/work.ts'

describe.each(storeKinds)('on the %s store', (kind) => {
  test('a killed process goes on where it was, and nothing that had ended runs twice', { timeout: 150_000 }, async ({
    skip,
  }) => {
    const room = await aRoom(kind, { apart: true })
    if (room === undefined) return skip('NOT TESTED: no redis-server')
    const { huitou, qq, model, marks, words, restart } = room
    const mark = (word: string, ms: number): string => `lab__mark ${json({ path: marks, word, ms })}`
    qq.sayInPrivate('10001', `#${mark('one', 0)} then ${mark('two', 0)} and ${mark('three', 4_000)}`)
    await until(() => words().length === 3, 20_000, 'the second round is under way')
    await until(
      async () => (await allRuns(huitou)).filter(({ state }) => state === 'done').length === 2,
      10_000,
      'two have ended',
    )
    await huitou.kill9()
    const asked = model.requests.length
    await restart()
    const said = await qq.waitFor(({ text }) => text.includes('by 10001'), 60_000)
    expect(said.text).toBe('one by 10001 / two by 10001 / three by 10001')
    // What was running when it was killed is begun again, as any task is; its turn and the other two are not.
    expect(words()).toEqual(['one', 'two', 'three', 'three'])
    expect(model.requests.length - asked).toBe(1)
  })
})
