import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Part, plainText } from '../../src/core/message/part.ts'
import type { Bubble } from '../../src/dashboard/api/console/shapes.ts'
import { sessionSchema } from '../../src/dashboard/api/shapes.ts'
import { aVisitor, type Visitor } from '../dashboard/visitor.ts'
import { type Company, numberIn, openCompany } from './company.ts'

let company: Company
let headers: Record<string, string>
let visitor: Visitor
beforeAll(async () => {
  const opened = await openCompany()
  if (opened === undefined) throw new Error('the embedded store needs nothing')
  company = opened
  headers = await signIn(opened)
  visitor = await aVisitor(opened.huitou, headers)
  for (const chat of ['zhangsan', 'lisi', 'product']) visitor.say({ kind: 'open', channel: 'console', chat, after: 0 })
})
afterAll(async () => {
  visitor?.close()
  await company?.close()
})

async function signIn({ huitou: { url, password } }: Company): Promise<Record<string, string>> {
  const response = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ password }),
  })
  expect(sessionSchema.parse(await response.json()).signedIn).toBe(true)
  return { cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '', origin: url }
}

let said = 0
/** Says it and resolves to the task it became, once it is stored. */
async function say(chat: string, text: string, person = chat): Promise<string> {
  said += 1
  const id = `said-in-test-${said}`
  visitor.say({ kind: 'say', id, channel: 'console', chat, person, parts: [{ kind: 'text', text }] })
  const taskId = await visitor.until((frame) => {
    if (frame.kind === 'refused' && frame.id === id) throw new Error(`refused: ${frame.why}`)
    return frame.kind === 'accepted' && frame.id === id ? frame.taskId : undefined
  })
  return taskId
}

/** The bot's bubbles for a task, in the order in which they came. */
function answers(taskId: string): Bubble[] {
  return visitor.frames.flatMap((frame) =>
    frame.kind === 'bubble' && frame.bubble.from.kind === 'bot' && frame.bubble.taskId === taskId ? [frame.bubble] : [],
  )
}

function textOf({ parts }: { parts: readonly Part[] }): string {
  return plainText(parts)
}

test('what is said is accepted, shown and answered', async () => {
  const taskId = await say('zhangsan', 'demo echo 你好，回头')
  await visitor.until((frame) =>
    frame.kind === 'bubble' && frame.bubble.from.kind === 'bot' && frame.bubble.taskId === taskId ? true : undefined,
  )
  expect(answers(taskId).map(textOf)).toEqual(['你好，回头'])
  const own = visitor.frames.find((frame) => frame.kind === 'bubble' && frame.bubble.from.kind === 'person')
  expect(own).toMatchObject({
    channel: 'console',
    chat: 'zhangsan',
    bubble: { from: { id: 'zhangsan', name: '张三' } },
  })
})

test("a long task's notice comes first, then its progress, then its answer", async () => {
  const taskId = await say('lisi', 'demo sleep 2')
  await visitor.until((frame) =>
    frame.kind === 'task' && frame.task.id === taskId && frame.task.state === 'done' ? true : undefined,
  )
  await visitor.bubble('睡了 2 秒，醒了。')
  const [notice, answer] = answers(taskId)
  expect(notice && textOf(notice)).toMatch(/^已收到 #\d+/)
  expect(answer && textOf(answer)).toBe('睡了 2 秒，醒了。')
  expect((notice?.seq ?? 0) < (answer?.seq ?? 0)).toBe(true)
  const progress = visitor.frames.flatMap((frame) =>
    frame.kind === 'task' && frame.task.id === taskId ? (frame.task.progress?.percent ?? []) : [],
  )
  expect(progress.some((percent) => percent > 0)).toBe(true)
  expect(progress).toEqual(progress.toSorted((one, other) => one - other))
})

test('a task is cancelled by a word in its chat, also in a group, and by nobody else there', async () => {
  const taskId = await say('product', 'demo sleep 60', 'zhangsan')
  const notice = await visitor.until((frame) =>
    frame.kind === 'bubble' && frame.bubble.taskId === taskId && frame.bubble.from.kind === 'bot'
      ? frame.bubble
      : undefined,
  )
  const number = numberIn(textOf(notice))
  await say('product', `cancel ${number}`, 'wangwu')
  await visitor.bubble(`没有你的任务 #${number}。发送 tasks 查看。`)
  await say('product', `cancel ${number}`, 'zhangsan')
  await visitor.bubble(`#${number} 已取消。`)
  const ended = await visitor.until((frame) =>
    frame.kind === 'task' && frame.task.id === taskId && frame.task.endedAt !== undefined ? frame.task : undefined,
  )
  expect(ended.state).toBe('cancelled')
})

test('the same word said again after a lost connection is one task, and a new visitor sees the whole conversation', async () => {
  const frame = {
    kind: 'say',
    id: 'said-twice-over',
    channel: 'console',
    chat: 'zhangsan',
    person: 'zhangsan',
    parts: [{ kind: 'text', text: 'demo echo 一次' }],
  }
  visitor.say(frame)
  visitor.say(frame)
  await visitor.bubble('一次')
  const second = await aVisitor(company.huitou, headers)
  second.say(frame)
  second.say({ kind: 'open', channel: 'console', chat: 'zhangsan', after: 0 })
  await second.until((got) => (got.kind === 'accepted' && got.id === frame.id ? true : undefined))
  await second.bubble('一次')
  await say('zhangsan', 'demo echo 之后')
  await second.bubble('之后')
  expect(second.frames.filter((got) => got.kind === 'bubble' && textOf(got.bubble) === '一次')).toHaveLength(1)
  second.close()
})

test('without a session, or from another site, the socket stays shut', async () => {
  await expect(aVisitor(company.huitou, { origin: company.huitou.url })).rejects.toThrow('401')
  await expect(aVisitor(company.huitou, { ...headers, origin: 'https://elsewhere.example' })).rejects.toThrow('403')
})
