import { afterEach, expect, test } from 'vitest'
import { startWecomSimulator, type WecomSimulator } from '../../../src/simulators/wecom/index.ts'

const open: WecomSimulator[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

const SEND = '/cgi-bin/message/send'

async function start(now: () => number = Date.now) {
  const wecom = await startWecomSimulator({ seed: 1, now })
  open.push(wecom)
  const { corpId, secret, agentId } = wecom.credentials
  const response = await fetch(`${wecom.url}/cgi-bin/gettoken?corpid=${corpId}&corpsecret=${secret}`)
  const { access_token } = await response.json()
  const text = (content: string, signal?: AbortSignal) =>
    fetch(`${wecom.url}${SEND}?access_token=${access_token}`, {
      method: 'POST',
      body: JSON.stringify({ touser: 'lisi', agentid: agentId, msgtype: 'text', text: { content } }),
      signal,
    })
  return { wecom, text, errcode: async (content: string) => (await (await text(content)).json()).errcode }
}

test.each([45009, 40014, 42001, -1, 45033, 60020])('it answers %d so often as it is told', async (answer) => {
  const { wecom, errcode } = await start()
  const rule = wecom.misbehave({ path: SEND, answer, times: 2 })
  expect([await errcode('a'), await errcode('b'), await errcode('c')]).toEqual([answer, answer, 0])
  expect(wecom.inbox.map((entry) => entry.text)).toEqual(['c'])
  expect(rule.hits).toBe(2)
  expect(wecom.calls[SEND]).toEqual({ [answer]: 2, 0: 1 })
})

test('it answers 500', async () => {
  const { wecom, text } = await start()
  wecom.misbehave({ answer: 'http-500', times: 1 })
  expect((await text('a')).status).toBe(500)
  expect(wecom.inbox).toEqual([])
})

test('a call that is cut before was not accepted, one that is cut after was', async () => {
  const { wecom, text } = await start()
  wecom.misbehave({ path: SEND, answer: 'cut-before', times: 1 })
  await expect(text('before')).rejects.toThrow('fetch failed')
  wecom.misbehave({ path: SEND, answer: 'cut-after', times: 1 })
  await expect(text('after')).rejects.toThrow('fetch failed')
  expect(wecom.inbox.map((entry) => entry.text)).toEqual(['after'])
  expect(wecom.calls[SEND]).toEqual({ 'cut-before': 1, 'cut-after': 1 })
})

test('a call that hangs is never answered', async () => {
  const { wecom, text } = await start()
  wecom.misbehave({ path: SEND, answer: 'hang' })
  await expect(text('x', AbortSignal.timeout(50))).rejects.toThrow('timeout')
  expect(wecom.inbox).toEqual([])
})

test('a slow answer is the true one', async () => {
  const { wecom, errcode } = await start()
  wecom.misbehave({ path: SEND, delayMs: 30 })
  const startedAt = performance.now()
  expect(await errcode('x')).toBe(0)
  expect(performance.now() - startedAt).toBeGreaterThan(25)
})

test('a rule ends at its time, when it is stopped, and when all are', async () => {
  let now = 1000
  const { wecom, errcode } = await start(() => now)
  wecom.misbehave({ path: SEND, answer: -1, untilMs: 2000 })
  expect(await errcode('x')).toBe(-1)
  now = 2000
  expect(await errcode('x')).toBe(0)
  const rule = wecom.misbehave({ path: SEND, answer: 45033 })
  expect(await errcode('x')).toBe(45033)
  rule.stop()
  expect(await errcode('x')).toBe(0)
  wecom.misbehave({ answer: 50003 })
  wecom.behave()
  expect(await errcode('x')).toBe(0)
})

test('a rule leaves other paths alone', async () => {
  const { wecom, errcode } = await start()
  wecom.misbehave({ path: '/cgi-bin/gettoken', answer: 40001 })
  expect(await errcode('x')).toBe(0)
})

test('a probability is a share of the calls', async () => {
  const { wecom, errcode } = await start()
  const rule = wecom.misbehave({ path: SEND, answer: -1, probability: 0.5 })
  for (let n = 0; n < 60; n += 1) await errcode(`${n}`)
  expect(rule.hits).toBeGreaterThan(15)
  expect(rule.hits).toBeLessThan(45)
})
