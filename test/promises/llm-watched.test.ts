import { describe, expect, onTestFinished, test } from 'vitest'
import { plainText } from '../../src/core/message/part.ts'
import type { ConsoleDown } from '../../src/dashboard/api/console/shapes.ts'
import { sessionSchema } from '../../src/dashboard/api/shapes.ts'
import { aVisitor, type Visitor } from '../dashboard/visitor.ts'
import type { Huitou } from '../fakes/huitou.ts'
import { aPlace, storeKinds } from './place.ts'
import { aModel } from './qq-and-model.ts'
import { until } from './work.ts'

const ANSWER = 'some words that take their time '.repeat(8).trim()
const HUITOU_CONFIG = 'test/promises/budgets.yaml'

/** A browser that looks at the chat of this person. */
async function lookingOn({ url, password }: Huitou, chat: string): Promise<Visitor> {
  const response = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ password }),
  })
  expect(sessionSchema.parse(await response.json()).signedIn).toBe(true)
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
  const visitor = await aVisitor({ url }, { cookie, origin: url })
  onTestFinished(() => visitor.close())
  visitor.say({ kind: 'open', channel: 'console', chat, after: 0 })
  return visitor
}

let said = 0
async function ask(visitor: Visitor, chat: string, text: string): Promise<string> {
  said += 1
  const id = `asked-in-test-${said}`
  visitor.say({ kind: 'say', id, channel: 'console', chat, person: chat, parts: [{ kind: 'text', text }] })
  return visitor.until((frame) => (frame.kind === 'accepted' && frame.id === id ? frame.taskId : undefined))
}

const draftsOf = ({ frames }: Visitor, taskId: string) =>
  frames.flatMap((frame) => (frame.kind === 'draft' && frame.draft.taskId === taskId ? [frame.draft] : []))

const answersTo = ({ frames }: Visitor, taskId: string) =>
  frames.flatMap((frame) => {
    const isIt = frame.kind === 'bubble' && frame.bubble.from.kind === 'bot' && frame.bubble.taskId === taskId
    return isIt ? [frame.bubble] : []
  })

const answerTo = (taskId: string) => (frame: ConsoleDown) =>
  frame.kind === 'bubble' && frame.bubble.from.kind === 'bot' && frame.bubble.taskId === taskId
    ? frame.bubble
    : undefined

describe.each(storeKinds)('on the %s store', (kind) => {
  test('an answer grows in the console and is then said once, under the same id', { timeout: 120_000 }, async ({
    skip,
  }) => {
    const place = await aPlace(kind)
    if (place === undefined) return skip('NOT TESTED: no redis-server')
    const { env } = await aModel({ answer: () => ANSWER, wordMs: 30 })
    // With Redis another process than the one that is looked at asks the model.
    const huitou = await place.start({ env: { ...env, HUITOU_CONFIG }, part: kind === 'redis' ? 'serve' : 'all' })
    if (kind === 'redis') await place.start({ env: { ...env, HUITOU_CONFIG }, part: 'work' })
    const visitor = await lookingOn(huitou, 'lisi')
    const taskId = await ask(visitor, 'lisi', '#介绍一下北京')
    const { id } = await visitor.until(answerTo(taskId))
    const drafts = draftsOf(visitor, taskId)
    expect(drafts.length).toBeGreaterThan(2)
    // 49 words of 30 ms.
    expect(drafts.length).toBeLessThan(12)
    expect(new Set(drafts.map((draft) => draft.id))).toEqual(new Set([id]))
    for (const { text } of drafts) expect(ANSWER.startsWith(text.trim())).toBe(true)
    expect(answersTo(visitor, taskId).map(({ parts }) => plainText(parts))).toEqual([ANSWER])

    const { timeline, llm } = await (await huitou.api(`/api/tasks/${taskId}`)).json()
    expect(llm).toMatchObject({ calls: 1, outputTokens: ANSWER.length })
    expect(timeline.find((event: { kind: string }) => event.kind === 'asked').call).toMatchObject({
      end: 'stop',
      cost: llm.cost,
    })
    const metrics = await (await fetch(`${huitou.url}/metrics`)).text()
    expect(metrics).toContain('huitou_llm_calls_total{model="simulated",end="stop"} 1')
  })
})

test('the process dies while an answer grows: the answer comes later, in the place of what was seen of it', {
  timeout: 120_000,
}, async () => {
  const place = await aPlace('embedded', { apart: true })
  if (place === undefined) return expect.fail('the embedded store is always there')
  const { env } = await aModel({ answer: () => ANSWER, wordMs: 40 })
  const first = await place.start({ env: { ...env, HUITOU_CONFIG } })
  const before = await lookingOn(first, 'lisi')
  const taskId = await ask(before, 'lisi', '#tell me')
  await until(() => draftsOf(before, taskId).length >= 3, 20_000, 'it grows')
  await first.kill9()
  const second = await place.start({ env: { ...env, HUITOU_CONFIG } })
  const after = await lookingOn(second, 'lisi')
  const { id, parts } = await after.until(answerTo(taskId))
  expect(plainText(parts)).toBe(ANSWER)
  expect(draftsOf(before, taskId).map((draft) => draft.id)).toContain(id)
  const { body, calls } = await usedToday(second)
  // What died with its process was never told what it cost; the message counts once.
  expect(calls).toBe(1)
  expect(body.messages).toBe(1)
})

test('who has used up a budget is told so, without a model being asked, until an operator raises it', {
  timeout: 120_000,
}, async () => {
  const place = await aPlace('embedded')
  if (place === undefined) return expect.fail('the embedded store is always there')
  const { model, env } = await aModel({ answer: () => '好的' })
  const huitou = await place.start({ env: { ...env, HUITOU_CONFIG } })
  const visitor = await lookingOn(huitou, 'zhangsan')
  const answers: string[] = []
  const asks = async (text: string) => {
    const taskId = await ask(visitor, 'zhangsan', text)
    const { parts } = await visitor.until(answerTo(taskId))
    answers.push(plainText(parts))
  }
  for (const question of ['#一', '#二', '#三']) await asks(question)
  expect(answers[0]).toBe('好的')
  expect(answers[1]).toMatch(/^好的\n\n（提醒：你今天的大模型提问额度已用完，2 \/ 2，/)
  expect(answers[2]).toMatch(/^你今天的大模型提问额度已用完（2 \/ 2），\d{4}-\d\d-\d\d 00:00 重新计算。/)
  expect(model.requests).toHaveLength(2)
  const raise = { subject: 'console:zhangsan', measure: 'messages', amount: 1 }
  const raised = await huitou.api('/api/budgets/raises', { method: 'POST', body: JSON.stringify(raise) })
  expect(raised.status).toBe(204)
  await asks('#四')
  expect(answers[3]).toBe('好的')
  await asks('quota')
  expect(answers[4]).toContain('提问 3 / 3 (还剩 0，已提高)')
})

async function usedToday(huitou: Huitou) {
  const usage = await (await huitou.api('/api/usage')).json()
  return { body: usage.people[0], calls: usage.people[0].calls }
}
