import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type OnebotSimulator, startOnebotSimulator } from '../../src/simulators/onebot/index.ts'
import { aPlace, storeKinds } from '../promises/place.ts'
import { aModel, QQ_TOKEN } from '../promises/qq-and-model.ts'
import { until } from '../promises/work.ts'

const SUMMARY = '本周销售平稳。'

/** A company's own API; who asks waits until it is opened. */
async function startSales() {
  const asked: string[] = []
  const waiting: ServerResponse[] = []
  let isOpen = false
  const answer = (response: ServerResponse): void => {
    const today = new Date().toISOString().slice(0, 10)
    response.end(
      JSON.stringify([
        { date: today, item: '茶', amount: 12.5 },
        { date: today, item: '=1+1', amount: 3 },
      ]),
    )
  }
  const server = createServer((request, response) => {
    asked.push(decodeURIComponent(request.url ?? ''))
    if (isOpen) answer(response)
    else waiting.push(response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open() {
      isOpen = true
      for (const response of waiting.splice(0)) answer(response)
    },
  }
}

const saidIn = (qq: OnebotSimulator, group: string) =>
  qq.inbox.filter(({ chat }) => 'group' in chat && chat.group === group)

describe.each(storeKinds)('on the %s store', (kind) => {
  test('a report is made, agreed to and posted once, though its process is killed inside and between all its steps', {
    timeout: 240_000,
  }, async ({ skip }) => {
    const place = await aPlace(kind, { apart: true })
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const sales = await startSales()
    const { model, env: modelEnv } = await aModel({ answer: () => SUMMARY })
    const qq = await startOnebotSimulator({ accessToken: QQ_TOKEN, reconnectMs: 200 })
    onTestFinished(() => qq.close())
    const env = {
      ...modelEnv,
      HUITOU_CONFIG: 'test/trials/report.yaml',
      SALES_URL: sales.url,
    }
    const start = async () => {
      const huitou = await place.start({ env })
      qq.connectTo(`${huitou.url}/in/onebot`)
      await qq.connected()
      return huitou
    }
    const isKept = (huitou: Awaited<ReturnType<typeof start>>, step: string) => async () => {
      const { tasks } = await (await huitou.api('/api/tasks?command=report%20weekly')).json()
      if (tasks.length === 0) return false
      const { steps } = await (await huitou.api(`/api/tasks/${tasks[0].id}`)).json()
      return steps.some(({ name }: { name: string }) => name === step)
    }

    // Inside the first step.
    let huitou = await start()
    qq.sayInGroup('20001', '10001', 'report weekly 华东 2')
    await until(() => sales.asked.length === 1, 30_000, 'the sales are asked for')
    await huitou.kill9()

    // Between the first and the second, and inside the second: the model never answers.
    model.misbehave({ answer: 'silent' })
    sales.open()
    huitou = await start()
    await until(isKept(huitou, 'collect'), 60_000, 'the sales are kept')
    await until(() => model.requests.length === 1, 30_000, 'the model is asked')
    await huitou.kill9()

    // While it waits for a manager.
    model.behave()
    huitou = await start()
    await until(
      () => saidIn(qq, '20001').some(({ text }) => text.includes('发布华东周报')),
      60_000,
      'a manager is asked',
    )
    expect(await isKept(huitou, 'summary')()).toBe(true)
    await huitou.kill9()

    // When it has been agreed to, while it is being posted.
    huitou = await start()
    const asked = saidIn(qq, '20001').find(({ text }) => text.includes('发布华东周报'))
    const number = /#(\d+)/.exec(asked?.text ?? '')?.[1]
    qq.sayInGroup('20001', '10001', `approve ${number}`)
    await until(() => saidIn(qq, '20001').some(({ text }) => text.includes('不能审批')), 30_000, 'the asker is refused')
    qq.misbehave({ action: 'send_group_msg', answer: 'silent', doneAfterMs: 0, times: 1 })
    qq.sayInGroup('20001', '10002', `approve ${number}`)
    await until(() => saidIn(qq, '20002').length > 0, 30_000, 'the report is being posted')
    await huitou.kill9()

    qq.behave()
    huitou = await start()
    await until(() => saidIn(qq, '20001').some(({ text }) => text.includes('周报已发布')), 120_000, 'the asker is told')
    const { tasks } = await (await huitou.api('/api/tasks?command=report%20weekly')).json()
    expect(tasks).toMatchObject([{ state: 'done' }])

    const posted = saidIn(qq, '20002')
    expect(posted.filter(({ text }) => text.includes('华东 周报'))).toHaveLength(1)
    expect(posted[0]?.text).toContain(SUMMARY)
    const drafts = saidIn(qq, '20001').filter(({ text }) => text.includes(SUMMARY))
    expect(drafts).toHaveLength(1)
    expect(saidIn(qq, '20001').filter(({ text }) => text.includes('发布华东周报'))).toHaveLength(1)
    // Only what was cut off was done again.
    expect(sales.asked).toEqual(['/华东.json', '/华东.json'])
    expect(model.requests).toHaveLength(2)
  })
})
