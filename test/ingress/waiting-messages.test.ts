import { beforeEach, expect, test } from 'vitest'
import { StoreUnavailableError } from '../../src/core/errors.ts'
import type { Message } from '../../src/core/message/message.ts'
import { openWaitingMessages, type WaitingMessages } from '../../src/ingress/waiting-messages.ts'
import { silent } from '../engine/scene-folder.ts'

let stored: string[]
let refused: string[]
let isAway: boolean
let tries: number
let waiting: WaitingMessages

beforeEach(() => {
  stored = []
  refused = []
  isAway = false
  tries = 0
  waiting = openWaitingMessages(
    async ({ id, text }) => {
      tries += 1
      if (text === 'broken') throw new TypeError('a fault of ours')
      if (isAway) throw new StoreUnavailableError('away')
      stored.push(id)
    },
    { most: 5, refuse: async ({ id }) => void refused.push(id), log: silent },
  )
})

function aMessage(id: string, chat = 'g1', text = 'hi'): Message {
  const from = { channel: 'qq', chat, chatKind: 'group' } as const
  return { id, from, sender: { id: '10001' }, text, parts: [], receivedAt: 0 }
}

test('a message is stored before it counts as taken', async () => {
  expect(await waiting.take(aMessage('m1'))).toBe(true)
  expect(stored).toEqual(['m1'])
  expect(waiting.size).toBe(0)
})

test('while the store is away messages wait, and go in in their order when it is back', async () => {
  isAway = true
  for (const id of ['m1', 'm2', 'm3']) expect(await waiting.take(aMessage(id))).toBe(false)
  expect(waiting.size).toBe(3)
  isAway = false
  await expect.poll(() => stored).toEqual(['m1', 'm2', 'm3'])
  expect(waiting.size).toBe(0)
})

test('the newest are refused when too many wait, and there is room again afterwards', async () => {
  isAway = true
  for (let number = 1; number <= 7; number++) await waiting.take(aMessage(`m${number}`, `g${number}`))
  expect(refused).toEqual(['m6', 'm7'])
  isAway = false
  await expect.poll(() => stored.toSorted()).toEqual(['m1', 'm2', 'm3', 'm4', 'm5'])
  await waiting.take(aMessage('m8'))
  expect(stored).toContain('m8')
})

test('one that cannot be taken at all is refused, and those behind it go on', async () => {
  expect(await waiting.take(aMessage('m1', 'g1', 'broken'))).toBe(false)
  await waiting.take(aMessage('m2'))
  expect(refused).toEqual(['m1'])
  expect(stored).toEqual(['m2'])
})

test('at the end those that wait are tried once more, and refused', async () => {
  isAway = true
  await waiting.take(aMessage('m1'))
  await waiting.take(aMessage('m2'))
  const before = tries
  await waiting.close()
  expect(tries).toBe(before + 2)
  expect(stored).toEqual([])
  expect(refused).toEqual(['m1', 'm2'])
})
