import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { LlmMessage } from '../../../src/core/llm.ts'
import { converse, type Memory } from '../../../src/engine/llm/converse.ts'
import type { Llm } from '../../../src/engine/llm/llm.ts'
import { estimateTokens } from '../../../src/engine/llm/tokens.ts'
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts'
import { aRun } from '../../contracts/store/samples.ts'
import { memoryStore } from '../workshop.ts'

let store: EmbeddedStore
beforeAll(async () => {
  store = await memoryStore()
})
afterAll(() => store.close())

let told: (readonly LlmMessage[])[]
let made = 0
let chat: string
beforeEach(() => {
  told = []
  chat = `g${++made}`
})
const llm: Llm = {
  async ask(messages) {
    told.push(messages)
    return `answer ${told.length}`
  },
}

async function say(
  text: string,
  { person = 'lisi', id = `run-${++made}`, ...memory }: Partial<Memory> & { person?: string; id?: string } = {},
) {
  const { task, ...rest } = aRun({ id })
  const message = { ...task.message, from: { channel: 'qq', chat, chatKind: 'group' as const }, sender: { id: person } }
  const run = { ...rest, task: { ...task, message }, owner: `qq:${person}`, round: 0 } as never // of a run it reads these alone
  const options = { run, lang: 'en' as const, signal: AbortSignal.timeout(5_000) }
  return converse(
    text,
    { llm, conversations: store.conversations, memory: { memory: 'person', memoryTokens: 1_000, ...memory } },
    options,
  )
}

const lastTold = () => told.at(-1)?.map(({ role, text }) => `${role}: ${text}`)

test('what was said before is told again, in its order', async () => {
  await say('one')
  await say('two')
  expect(lastTold()).toEqual(['user: one', 'assistant: answer 1', 'user: two'])
})

test('each person of a group has their own conversation, or all share one', async () => {
  await say('mine')
  await say('yours', { person: 'wangwu' })
  expect(lastTold()).toEqual(['user: yours'])
  await say('ours', { memory: 'chat' })
  await say('all of us', { memory: 'chat', person: 'wangwu' })
  expect(lastTold()).toEqual(['user: ours', 'assistant: answer 3', 'user: all of us'])
})

test('who the model is comes first', async () => {
  await say('hi', { system: 'You are brief.' })
  expect(lastTold()).toEqual(['system: You are brief.', 'user: hi'])
})

test('only the newest that fit are told, and never an answer without its question', async () => {
  for (const text of ['first', 'second', 'third']) await say(text)
  await say('fourth', {
    memoryTokens: estimateTokens('fourth') + estimateTokens('third') + 2 * estimateTokens('answer 2'),
  })
  expect(lastTold()).toEqual(['user: third', 'assistant: answer 3', 'user: fourth'])
  await say('fifth', { memoryTokens: 0 })
  expect(lastTold()).toEqual(['user: fifth'])
})

test('a task that is run again neither sees nor keeps its question twice', async () => {
  await say('one', { id: `again-${made}` })
  await say('one', { id: `again-${made - 0}` })
  expect(told.at(-1)?.filter(({ text }) => text === 'one')).toHaveLength(1)
})

test('an estimate grows with its text and is never far below its words', () => {
  expect(estimateTokens('')).toBe(0)
  expect(estimateTokens('介绍一下北京')).toBe(6)
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }),
      (one, other) => estimateTokens(one + other) >= estimateTokens(one),
    ),
  )
})
