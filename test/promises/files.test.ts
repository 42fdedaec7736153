import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startOnebotSimulator } from '../../src/simulators/onebot/index.ts'
import { type Company, openCompany } from './company.ts'
import { storeKinds } from './place.ts'

const PUBLIC_URL = 'https://huitou.example.com'
const csv = '城市,金额\n北京,"1,200"\n上海,300\n北京,500\n'
const ranked = /北京 +1700 +85\n上海 +300 +15/
const result = '\ufeff城市,金额合计,占比%\r\n北京,1700,85\r\n上海,300,15\r\n'

describe.each(storeKinds)('on the %s store', (kind) => {
  test('a file sent in WeCom is what the next command is about; its answer is a table, a chart, and a file by link', {
    timeout: 90_000,
  }, async ({ skip }) => {
    const company = await aCompany(kind, {})
    if (company === undefined) return skip('NOT TESTED: no redis-server')
    const { wecom, huitou } = company
    const media = wecom.addMedia('file', '销售.csv', Buffer.from(csv))
    await wecom.callback('file', { FromUserName: 'zhangsan', MediaId: media, Title: '销售.csv' })
    await wecom.say('zhangsan', 'stats top 城市 金额')
    const { text } = await wecom.waitFor(({ to, text: said }) => to === 'zhangsan' && ranked.test(said), 60_000)
    expect(text).toContain('城市：按金额合计排名')
    await wecom.waitFor(({ to, msgtype }) => to === 'zhangsan' && msgtype === 'image', 30_000)
    const file = await wecom.waitFor(({ to, msgtype }) => to === 'zhangsan' && msgtype === 'file', 30_000)
    expect(wecom.media(String(file.content.media_id))?.bytes.toString()).toBe(result)

    const link = linkIn(text)
    const opened = await fetch(link.replace(PUBLIC_URL, huitou.url))
    expect([opened.status, await opened.text()]).toEqual([200, result.slice(1)])
    const forged = await fetch(link.replace(PUBLIC_URL, huitou.url).replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')))
    expect(forged.status).toBe(404)

    // Another person's command finds nothing of it, and an address inside is not fetched.
    await wecom.say('lisi', 'stats describe')
    await wecom.waitFor(({ to, text: said }) => to === 'lisi' && said.includes('没有找到文件'), 30_000)
    await wecom.say('lisi', `stats describe --file=${huitou.url}/healthz`)
    await wecom.waitFor(({ to, text: said }) => to === 'lisi' && said.includes('取不到这个文件'), 30_000)
    expect(JSON.stringify(huitou.log)).not.toContain(new URL(link).pathname)
  })
})

test('in a QQ group the file is quoted; in private it is sent before; a URL that is allowed is fetched', {
  timeout: 120_000,
}, async () => {
  const server = createServer((_, res) => {
    res.writeHead(200, { 'content-type': 'text/csv', 'content-disposition': 'attachment; filename="sales.csv"' })
    res.end(csv)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.close()
  })
  // A listening server has an address with a port.
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sales`
  const accessToken = 'a-token-for-tests'
  const company = await aCompany('embedded', { allowPrivateUrls: true }, { ONEBOT_ACCESS_TOKEN: accessToken })
  const qq = await startOnebotSimulator({
    accessToken,
    reverseUrl: `${(company as Company).huitou.url}/in/onebot`,
    reconnectMs: 200,
  })
  onTestFinished(() => qq.close())
  await qq.connected()
  const file = qq.qq.files.add('销售.csv', Buffer.from(csv))
  const segment = { type: 'file', data: { file, file_id: file, name: '销售.csv' } }

  const sent = qq.sayInGroup('20000', '10001', [segment])
  qq.sayInGroup('20000', '10001', 'stats top 城市 金额', { repliesTo: sent, atBot: true })
  await qq.waitFor(({ chat, text }) => 'group' in chat && ranked.test(text), 60_000)
  await qq.waitFor(({ chat, segments }) => 'group' in chat && segments.some(({ type }) => type === 'image'), 30_000)

  qq.sayInPrivate('10002', [segment])
  qq.sayInPrivate('10002', 'stats sql select count(*) as 行数 from data')
  await qq.waitFor(
    ({ chat, text }) => 'person' in chat && chat.person === '10002' && /行数\n-+\n +3/.test(text),
    60_000,
  )

  qq.sayInPrivate('10003', `stats top 城市 金额 --file=${address}`)
  const byUrl = await qq.waitFor(
    ({ chat, text }) => 'person' in chat && chat.person === '10003' && ranked.test(text),
    60_000,
  )
  expect(byUrl.text).toContain('sales.csv')
})

async function aCompany(
  store: (typeof storeKinds)[number],
  config: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Company | undefined> {
  const company = await openCompany({ store, config: { publicUrl: PUBLIC_URL, ...config }, env, apart: true })
  onTestFinished(() => company?.close())
  return company
}

function linkIn(text: string): string {
  return /下载：(\S+)/.exec(text)?.[1] ?? ''
}
