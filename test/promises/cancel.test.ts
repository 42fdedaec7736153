import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Company, numberIn, openCompany } from './company.ts'
import { storeKinds } from './place.ts'
import { tell, until } from './work.ts'

describe.each(storeKinds)('cancelling on %s', (store) => {
  let company: Company | undefined
  beforeAll(async () => {
    company = await openCompany({ store, config: { lanes: { long: { concurrency: 1 } } } })
  })
  afterAll(() => company?.close())
  const at = (): Company => {
    if (company === undefined) throw new Error('it was not opened')
    return company
  }

  const isRunning = (msgId: string) =>
    until(async () => (await at().task(msgId))?.state === 'running', 30_000, 'a running task')

  test('a word in the chat stops running work within a second, and its slot is free', async ({ skip }) => {
    if (company === undefined) return skip('no redis-server')
    const { wecom, running } = company
    const asked = await wecom.say('zhangsan', 'demo sleep 60')
    const number = numberIn(asked.reply?.content)
    await isRunning(asked.msgId)

    const cancelledAt = Date.now()
    const cancel = await wecom.say('zhangsan', `cancel ${number}`)
    await until(async () => (await running('long')) === 0, 10_000, 'a free slot')
    const freeMs = Date.now() - cancelledAt
    const { state, endedAt = Number.POSITIVE_INFINITY } = await at().ended(asked.msgId)

    expect(state).toBe('cancelled')
    expect(endedAt - cancelledAt).toBeLessThan(1_000)
    tell({ store, cancelledMs: endedAt - cancelledAt, slotFreeMs: freeMs })
    expect(freeMs).toBeLessThan(1_000)
    expect(cancel.reply?.content ?? (await at().wecom.waitFor((e) => e.text.includes('已取消'), 5_000)).text).toBe(
      `#${number} 已取消。`,
    )
    const next = await wecom.say('zhangsan', 'demo sleep 0')
    expect((await at().ended(next.msgId)).state).toBe('done')
  })

  test('a waiting task that is cancelled never begins', async ({ skip }) => {
    if (company === undefined) return skip('no redis-server')
    const { wecom } = company
    const first = await wecom.say('lisi', 'demo sleep 60')
    await isRunning(first.msgId)
    const second = await wecom.say('lisi', 'demo sleep 1')

    await wecom.say('lisi', `cancel ${numberIn(second.reply?.content)}`)
    expect((await at().ended(second.msgId)).state).toBe('cancelled')
    await wecom.say('lisi', `cancel ${numberIn(first.reply?.content)}`)
    expect((await at().ended(first.msgId)).state).toBe('cancelled')

    const third = await wecom.say('lisi', 'demo sleep 0')
    expect((await at().ended(third.msgId)).state).toBe('done')
    const { timeline, deliveries } = (await at().task(second.msgId)) ?? { timeline: [], deliveries: [] }
    expect(timeline.map(({ kind }) => kind)).not.toContain('started')
    expect(deliveries).toEqual([])
  })

  test('a cancel by the API tells who asked for the task', async ({ skip }) => {
    if (company === undefined) return skip('no redis-server')
    const { wecom, huitou } = company
    const asked = await wecom.say('wangwu', 'demo sleep 60')
    const number = numberIn(asked.reply?.content)
    await isRunning(asked.msgId)
    const response = await huitou.api(`/api/tasks/wecom-${asked.msgId}/cancel`, { method: 'POST' })
    expect(response.status).toBe(200)
    expect((await wecom.waitFor((entry) => entry.to === 'wangwu' && entry.via === 'active', 10_000)).text).toBe(
      `#${number} 已取消。`,
    )
    await until(async () => (await at().running('long')) === 0, 10_000, 'a free slot')
    const again = await huitou.api(`/api/tasks/wecom-${asked.msgId}/cancel`, { method: 'POST' })
    expect(again.status).toBe(409)
  })

  test("somebody else's task can be neither seen nor cancelled", async ({ skip }) => {
    if (company === undefined) return skip('no redis-server')
    const { wecom } = company
    const asked = await wecom.say('zhaoliu', 'demo sleep 60')
    const number = numberIn(asked.reply?.content)
    await isRunning(asked.msgId)

    const answers: string[] = []
    for (const said of [`cancel ${number}`, `task ${number}`, `retry ${number}`, 'cancel 99999']) {
      answers.push(await company.answer('mallory', said))
    }
    expect(answers).toEqual([
      ...Array.from({ length: 3 }, () => `没有你的任务 #${number}。发送 tasks 查看。`),
      '没有你的任务 #99999。发送 tasks 查看。',
    ])
    expect((await at().task(asked.msgId))?.state).toBe('running')
    await wecom.say('zhaoliu', `取消 ${number}`)
    expect((await at().ended(asked.msgId)).state).toBe('cancelled')
  })
})
