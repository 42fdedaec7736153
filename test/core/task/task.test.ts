import { expect, test } from 'vitest'
import { inTodaysNames, storedTaskSchema } from '../../../src/core/task/task.ts'

const message = {
  id: 'wecom-1',
  from: { channel: 'wecom', chat: 'zhangsan', chatKind: 'private' },
  sender: { id: 'zhangsan' },
  text: '#why',
  parts: [],
  receivedAt: 1,
}

test('a task that 0.1 left in a queue keeps its priority and its ordering key', () => {
  const former = { id: 'wecom-1', lane: 'llm', message, tag: 7, row: 'wecom:zhangsan' }
  const read = storedTaskSchema.parse(former)
  expect(read).toMatchObject({ priority: 7, orderingKey: 'wecom:zhangsan' })
  expect(read).not.toHaveProperty('tag')
})

test('a task of now is read as it is, and what is no task is no task', () => {
  const now = { id: 'wecom-1', lane: 'llm', message, priority: 3, orderingKey: 'a' }
  expect(inTodaysNames(now)).toEqual(now)
  for (const none of [undefined, null, 1, 'task']) expect(storedTaskSchema.safeParse(none).success).toBe(false)
})
