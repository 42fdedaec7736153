import { expect, test } from 'vitest'
import type { Task } from '../../../../src/core/task/task.ts'
import { dryAnswer } from '../../../../src/engine/attempt/calls/dry.ts'
import type { HostCall } from '../../../../src/engine/host/protocol.ts'

const task: Task = {
  id: 'task-1',
  lane: 'long',
  route: undefined,
  message: {
    id: 'task-1',
    from: { channel: 'staff', chat: 'zhangsan', chatKind: 'private' },
    sender: { id: 'zhangsan' },
    text: 'report weekly',
    parts: [],
    receivedAt: 0,
  },
  priority: 0,
}
const dry: Task = { ...task, dry: { models: true, tools: true } }
const withoutModels: Task = { ...task, dry: { models: false, tools: true } }

const act: HostCall = { method: 'act', action: { kind: 'recall', messageId: 'm-1' } }
const sleep: HostCall = { method: 'wait', order: { kind: 'sleep', name: 'night', ms: 1_000 } }
const approval: HostCall = {
  method: 'wait',
  order: { kind: 'approval', name: 'publish', withinMs: 1_000, notSelf: false, count: 1 },
}
const question: HostCall = {
  method: 'wait',
  order: { kind: 'answer', name: 'where', withinMs: 1_000, question: 'Where to?', from: 'asker' },
}
const ask: HostCall = { method: 'ask', messages: [{ role: 'user', text: 'hello' }] }
const step: HostCall = { method: 'findStep', name: 'rows' }

test('a run that is not dry goes its way', () => {
  for (const call of [act, sleep, approval, question, ask, step]) expect(dryAnswer(call, task, 'en')).toBeUndefined()
})

test('a dry run does nothing in chats, waits for nothing and asks nobody', () => {
  expect(dryAnswer(act, dry, 'en')).toEqual({ value: undefined, note: 'recall: not done, this is a dry run' })
  expect(dryAnswer(sleep, dry, 'en')?.value).toEqual({ value: undefined })
  expect(dryAnswer(approval, dry, 'en')?.value).toMatchObject({ value: { isApproved: false } })
  expect(dryAnswer(question, dry, 'en')).toEqual({
    value: { value: {} },
    note: 'question where: nobody is asked in a dry run',
  })
  expect(dryAnswer(step, dry, 'en')).toBeUndefined()
})

test('a dry run asks models unless it is told not to', () => {
  expect(dryAnswer(ask, dry, 'en')).toBeUndefined()
  expect(dryAnswer(ask, withoutModels, 'en')?.value).toMatchObject({
    sentence: 'Models are not asked in this dry run.',
  })
})
