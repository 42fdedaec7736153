import { describe, expect, test } from 'vitest'
import { allRuns } from '../promises/books.ts'
import { storeKinds } from '../promises/place.ts'
import { aRoom, json, lastOf } from '../promises/tool-room.ts'
import { until } from '../promises/work.ts'

describe.each(storeKinds)('on the %s store', (kind) => {
  test('what takes longer than a moment holds no slot of its caller', { timeout: 120_000 }, async ({ skip }) => {
    const room = await aRoom(kind)
    if (room === undefined) return skip('NOT TESTED: no redis-server')
    const { huitou, qq, marks } = room
    qq.sayInPrivate('10001', `#lab__mark ${json({ path: marks, word: 'long', ms: 8_000 })}`)
    await until(
      async () => (await allRuns(huitou)).some(({ waits }) => waits?.some(({ kind: what }) => what === 'tasks')),
      20_000,
      'it gives its slot up',
    )
    expect((await lastOf(huitou, 'chat ask')).state).toBe('waiting')
    await qq.waitFor(({ text }) => text === 'long by 10001', 20_000)
    expect((await lastOf(huitou, 'chat ask')).attempt).toBe(1)
  })
})
