import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { LlmMessage } from '../../../src/core/model/llm.ts'
import type { LlmCall } from '../../../src/core/model/llm-call.ts'
import { type ConversePorts, conversationOf, converse, type Memory } from '../../../src/engine/llm/converse.ts'
import type { AskOptions, Llm } from '../../../src/engine/llm/llm.ts'
import { forget } from '../../../src/engine/llm/summary.ts'
import { estimateTokens, firstTokens } from '../../../src/engine/llm/tokens.ts'
import type { EmbeddedStore } from '../../../src/store/embedded/index.ts'
import { aRun } from '../../contracts/store/samples.ts'
import { anEmbeddedStore } from '../../fakes/embedded-store.ts'

let store: EmbeddedStore
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

let told: (readonly LlmMessage[])[]
let asked: AskOptions[]
let made = 0
let chat: string
let later: Promise<void>[]
/** What the model makes of a summary's question. */
let summariser: (question: string, options: AskOptions) => string | Promise<string>
let lines: string[]
let presets: ConversePorts['presets']
beforeEach(() => {
  told = []
  asked = []
  later = []
  lines = []
  chat = `g${++made}`
  summariser = () => 'in short'
  presets = { of: async () => undefined }
})
const llm: Llm = {
  async ask(messages, options) {
    const last = messages.at(-1)?.text ?? ''
    if (last.startsWith('<summary>')) return summariser(last, options)
    told.push(messages)
    asked.push(options)
    return `answer ${told.length}`
  },
}
const tell = (_fields: object, message: string): void => void lines.push(message)
const log = { debug: tell, info: tell, warn: tell, error: tell }

type Saying = Partial<Memory> & { person?: string; id?: string; now?: number; onCall?: AskOptions['onCall'] }

function start(text: string, { person = 'lisi', id = `run-${++made}`, now = 0, onCall, ...memory }: Saying = {}) {
  const { task, ...rest } = aRun({ id })
  const message = { ...task.message, from: { channel: 'qq', chat, chatKind: 'group' as const }, sender: { id: person } }
  const run = { ...rest, task: { ...task, message }, owner: `qq:${person}`, generation: 0 } as never // of a run it reads these alone
  const ports: ConversePorts = {
    llm,
    conversations: store.conversations,
    presets,
    memory: { memory: 'person', memoryTokens: 1_000, summary: true, ...memory },
    later: (work) => void later.push(work),
    now: () => now,
    log,
  }
  return converse(text, ports, { run, lang: 'en', signal: AbortSignal.timeout(5_000), onCall })
}

/** Says it, and waits until nothing is under way behind it. */
async function say(text: string, saying: Saying = {}): Promise<string> {
  const answer = await start(text, saying)
  await Promise.all(later)
  return answer
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
    summary: false,
    memoryTokens: estimateTokens('fourth') + estimateTokens('third') + 2 * estimateTokens('answer 2'),
  })
  expect(lastTold()).toEqual(['user: third', 'assistant: answer 3', 'user: fourth'])
  await say('fifth', { memoryTokens: 0 })
  expect(lastTold()).toEqual(['user: fifth'])
})

test('a task that is run again is answered with what it kept, and asks nobody', async () => {
  await say('one', { id: `again-${made}` })
  expect(await say('one', { id: `again-${made}` })).toBe('answer 1')
  expect(told).toHaveLength(1)
  await say('and now')
  expect(lastTold()).toEqual(['user: one', 'assistant: answer 1', 'user: and now'])
})

test('a command that asks several things is answered each, and remembers all', async () => {
  const id = `several-${made}`
  expect([await say('one', { id }), await say('two', { id })]).toEqual(['answer 1', 'answer 2'])
  expect(lastTold()).toEqual(['user: one', 'assistant: answer 1', 'user: two'])
})

test('a preset says who the model is, which one is asked first, and how free it is', async () => {
  presets = { of: async () => ({ name: 'pirate', text: 'Arr.', model: 'big', temperature: 1.5 }) }
  await say('hi', { system: 'You are brief.' })
  expect(lastTold()).toEqual(['system: Arr.', 'user: hi'])
  expect(asked.at(-1)).toMatchObject({ model: 'big', temperature: 1.5 })
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

test('a beginning is as long as it may be, and whole to its last character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat(80), (text, tokens) => {
      const beginning = firstTokens(text, tokens)
      expect(estimateTokens(beginning)).toBeLessThanOrEqual(tokens)
      expect(beginning.isWellFormed()).toBe(true)
      if (estimateTokens(text) <= tokens) expect(beginning).toBe(text.toWellFormed())
    }),
  )
})

/** A text of so many tokens. */
const long = (word: string, tokens: number): string => word.padEnd(tokens * 4, '.')
const window = { memoryTokens: 400 }
const summaryTold = () => told.at(-1)?.find(({ role }) => role === 'system')?.text

test('before a conversation outgrows its window its older part is summarised, and told in its place', async () => {
  const calls: LlmCall[] = []
  let question = ''
  summariser = (given, { onCall, isSummary }) => {
    question = given
    onCall?.({ model: 'one', ms: 1, end: 'stop', isSummary })
    return 'They spoke of one and two.'
  }
  for (const word of ['one', 'two', 'three', 'four'])
    await say(long(word, 90), { ...window, onCall: (call) => void calls.push(call) })
  expect(question).toMatch(/\(none\).*user: one\.+\nassistant: answer 1\nuser: two.*user: three/s)
  expect(question).not.toContain('four')
  expect(calls).toEqual([{ model: 'one', ms: 1, end: 'stop', isSummary: true }])

  await say('five', window)
  expect(summaryTold()).toMatch(/in short:\nThey spoke of one and two\.$/)
  expect(lastTold()?.slice(1)).toEqual([`user: ${long('four', 90)}`, 'assistant: answer 4', 'user: five'])
})

test('the next summary is made of the one before and what was said since, each part once', async () => {
  const questions: string[] = []
  summariser = (question) => `summary ${questions.push(question)}`
  for (let number = 0; number < 20; number++) await say(long(`said-${number}-`, 90), window)
  for (let number = 0; number < 18; number++)
    expect(questions.filter((question) => question.includes(`said-${number}-`))).toHaveLength(1)
  for (const [place, question] of questions.entries())
    expect(question).toContain(place === 0 ? '(none)' : `<summary>\nsummary ${place}\n</summary>`)
})

test('whoever asks is not kept waiting by a summary, nor is it spoiled by one that fails', async () => {
  const gate = Promise.withResolvers<string>()
  gate.promise.catch(() => undefined)
  summariser = () => gate.promise
  for (let number = 1; number <= 4; number++) expect(await start(long('a', 90), window)).toBe(`answer ${number}`)
  // One is under way, and everything that fits is still told.
  expect(await start('five', window)).toBe('answer 5')
  expect(lastTold()).toHaveLength(9)
  gate.reject(new Error('no'))
  await Promise.all(later)
  expect(lines).toContain('a conversation was not summarised; its oldest part is forgotten')
  summariser = (question) => (question.includes('(none)') ? 'later' : 'wrong')
  for (const word of ['six', 'seven', 'eight']) await say(long(word, 90), window)
  await say('nine', window)
  expect(summaryTold()).toContain('later')
})

test('processes that race for a part summarise it once', async () => {
  const questions: string[] = []
  summariser = (question) => `summary ${questions.push(question)}`
  const shared = { memory: 'chat' as const, ...window }
  for (let number = 0; number < 3; number++) await say(long(`q${number}-`, 90), shared)
  await Promise.all(Array.from({ length: 8 }, (_, n) => start(long(`q${n + 3}-`, 90), { person: `p${n}`, ...shared })))
  await Promise.all(later)
  for (let number = 0; number < 11; number++)
    expect(questions.filter((question) => question.includes(`user: q${number}-`)).length).toBeLessThanOrEqual(1)
  expect(questions.filter((question) => question.includes('user: q0-'))).toHaveLength(1)
})

test('a part whose process died is never asked for again; the next one is', async () => {
  const questions: string[] = []
  summariser = () => new Promise(() => undefined)
  for (const word of ['one', 'two', 'three', 'four']) await start(long(word, 90), window)
  await expect.poll(() => store.conversations.read(`summary:${name()}`, 0, 9)).toHaveLength(1)
  later = []
  summariser = (question) => `summary ${questions.push(question)}`
  for (const word of ['five', 'six', 'seven', 'eight']) await say(long(word, 90), { ...window, now: 1_000 })
  expect(questions).toEqual([])
  await say(long('nine', 90), { ...window, now: 120_000 })
  expect(questions).toHaveLength(1)
  expect(questions[0]).not.toMatch(/user: (one|two|three)/)
  expect(questions[0]).toMatch(/four.*eight/s)
})

test('what is forgotten stays forgotten, also when a summary of it is under way', async () => {
  const gate = Promise.withResolvers<string>()
  summariser = () => gate.promise
  for (let number = 0; number < 4; number++) await start(long('a', 90), window)
  await expect.poll(() => store.conversations.read(`summary:${name()}`, 0, 9)).toHaveLength(1)
  await forget(store.conversations, name())
  gate.resolve('old secrets')
  await Promise.all(later)
  await say('hello', window)
  expect(lastTold()).toEqual(['user: hello'])
  summariser = () => 'new things'
  for (let number = 0; number < 4; number++) await say(long('b', 90), window)
  await say('so?', window)
  expect(summaryTold()).toContain('new things')
})

test('a summary has its place in the window, however long the model makes it', async () => {
  summariser = () => long('s', 5_000)
  for (let number = 0; number < 12; number++) {
    await say(long('a', 90), window)
    const size = told.at(-1)?.reduce((sum, { text }) => sum + estimateTokens(text), 0) ?? 0
    expect(size).toBeLessThanOrEqual(window.memoryTokens)
  }
})

test('many short entries are summarised before they are dropped', async () => {
  const seen = new Set<string>()
  summariser = (question) => {
    for (const [, number] of question.matchAll(/user: q(\d+)\n/g)) seen.add(`${number}`)
    return 'in short'
  }
  for (let number = 0; number < 120; number++) await say(`q${number}`, { memoryTokens: 100_000 })
  expect(seen.size).toBeGreaterThan(40)
  expect(summaryTold()).toContain('in short')
})

test.each([{ summary: false, memoryTokens: 400 }, { memoryTokens: 0 }])(
  'with %o nothing is summarised',
  async (memory) => {
    summariser = () => expect.fail('asked')
    for (let number = 0; number < 6; number++) await say(long('a', 90), memory)
    expect(later).toEqual([])
    expect(summaryTold()).toBeUndefined()
  },
)

test('what several people say at once in one conversation stays question and answer, and all of it is kept', async () => {
  await Promise.all(
    Array.from({ length: 20 }, (_, number) => start(`q${number}`, { memory: 'chat', person: `p${number}` })),
  )
  await Promise.all(later)
  const kept = await store.conversations.read(`llm:qq:${chat}`, 0, 100)
  expect(kept).toHaveLength(40)
  for (let place = 0; place < 40; place += 2) {
    expect(kept[place + 1]?.id).toBe(kept[place]?.id.replace(/user$/, 'assistant'))
  }
})

function name(): string {
  return conversationOf({ channel: 'qq', chat, chatKind: 'group' }, 'qq:lisi', 'person')
}
