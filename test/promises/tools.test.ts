import { describe, expect, test } from 'vitest'
import { storeKinds } from './place.ts'
import { aRoom, json, lastOf } from './tool-room.ts'
import { until } from './work.ts'

describe.each(storeKinds)('on the %s store', (kind) => {
  test('a model calls commands side by side as tasks of the asker, and says what came of them', {
    timeout: 120_000,
  }, async ({ skip }) => {
    const room = await aRoom(kind)
    if (room === undefined) return skip('NOT TESTED: no redis-server')
    const { huitou, qq, ask, marks, words } = room
    const one = `lab__mark ${json({ path: marks, word: 'one', ms: 300 })}`
    const two = `lab__mark ${json({ path: marks, word: 'two', ms: 300 })}`
    expect(await ask(`${one} and ${two} then demo__dice {"sides":6,"count":2}`)).toMatch(
      /^one by 10001 \/ two by 10001 \/ 掷出 \d、\d，合计 \d+。$/,
    )
    expect(words().toSorted()).toEqual(['one', 'two'])
    const parent = await lastOf(huitou, 'chat ask')
    const calls = parent.timeline.filter(({ kind: event }) => event === 'tool')
    expect(calls).toHaveLength(3)
    expect(calls[2]).toMatchObject({ text: 'demo__dice {"sides":6,"count":2} · done', ms: expect.any(Number) })
    const child = await lastOf(huitou, 'demo dice')
    expect(child).toMatchObject({
      id: calls[2]?.child?.id,
      number: calls[2]?.child?.number,
      state: 'done',
      parent: { id: parent.id, number: parent.number },
      text: 'demo dice 6 2',
      deliveries: [],
    })
    expect(qq.inbox).toHaveLength(1)
  })

  test('an approval is asked in the chat, and only its asker gives it', { timeout: 150_000 }, async ({ skip }) => {
    const room = await aRoom(kind)
    if (room === undefined) return skip('NOT TESTED: no redis-server')
    const { huitou, qq, marks, words } = room
    const askFor = async (word: string): Promise<number> => {
      const before = qq.inbox.length
      qq.sayInGroup('20001', '10001', `#lab__risky ${json({ path: marks, word })}`)
      const isAsked = () => qq.inbox.slice(before).find(({ text }) => text.includes('同意请发 approve'))
      await until(() => isAsked() !== undefined, 20_000, 'it is asked')
      expect(isAsked()?.text).toContain(`模型想运行 \`lab risky ${marks} ${word}\`。`)
      return Number(/approve (\d+)/.exec(isAsked()?.text ?? '')?.[1])
    }
    const yes = await askFor('yes')
    qq.sayInGroup('20001', '10002', `approve ${yes}`)
    await qq.waitFor(({ text }) => text.includes(`你不能审批 #${yes}`), 10_000)
    expect(words()).toEqual([])
    qq.sayInGroup('20001', '10001', `approve ${yes}`)
    await qq.waitFor(({ text }) => text === 'risked yes', 20_000)
    const no = await askFor('no')
    qq.sayInGroup('20001', '10001', `reject ${no}`)
    await qq.waitFor(({ text }) => text.includes('没有得到同意') && text.includes(`#${no}`), 20_000)
    qq.sayInGroup('20001', '10001', `approve ${no}`)
    await qq.waitFor(({ text }) => text.includes(`#${no} 已经由`), 10_000)
    const late = await askFor('late')
    const { tasks } = await (await huitou.api('/api/tasks?command=chat%20ask&state=running,waiting')).json()
    qq.sayInGroup('20001', '10001', `cancel ${tasks[0].number}`)
    await until(
      async () => (await lastOf(huitou, 'lab risky')).state === 'cancelled',
      10_000,
      'what it called is cancelled too',
    )
    qq.sayInGroup('20001', '10001', `approve ${late}`)
    await qq.waitFor(({ text }) => text.includes(`#${late}`) && /过期|结束/.test(text), 10_000)
    expect(words()).toEqual(['yes'])
  })
})
