import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { LlmCall } from '../../../src/core/model/llm-call.ts'
import { openLlm } from '../../../src/engine/llm/ask.ts'
import type { AskOptions, LlmConfig } from '../../../src/engine/llm/llm.ts'
import { LlmError } from '../../../src/engine/llm/llm-error.ts'
import {
  type OpenaiSimulator,
  type OpenaiSimulatorOptions,
  startOpenaiSimulator,
} from '../../../src/simulators/openai/index.ts'
import { aRun } from '../../contracts/store/samples.ts'

const apiKey = 'sk-a-key-that-must-not-be-told'
let calls: LlmCall[]
let shown: string[]
beforeEach(() => {
  calls = []
  shown = []
})

async function upstream(options: OpenaiSimulatorOptions = {}): Promise<OpenaiSimulator> {
  const simulator = await startOpenaiSimulator({ apiKey, ...options })
  onTestFinished(() => simulator.close())
  return simulator
}

function ask(
  { url }: { url: string },
  over: Partial<LlmConfig> = {},
  text = 'hello there model',
  signal?: AbortSignal,
  wish: Pick<AskOptions, 'model' | 'temperature'> = {},
): Promise<string> {
  const config = {
    baseUrl: url,
    apiKey,
    models: [{ name: 'one' }],
    firstTokenMs: 2_000,
    wholeMs: 10_000,
    attempts: 3,
    toolRounds: 3,
    ...over,
  }
  const options = {
    run: aRun() as never, // asking reads nothing of it
    lang: 'en' as const,
    signal: signal ?? AbortSignal.timeout(20_000),
    onText: (so: string) => void shown.push(so),
    onCall: (call: LlmCall) => void calls.push(call),
    ...wish,
  }
  return openLlm(config).ask([{ role: 'user', text }], options)
}

async function kindOf(asked: Promise<string>): Promise<string> {
  const error = await asked.then(
    () => expect.fail('it answered'),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof LlmError)) throw error
  expect(JSON.stringify([error.message, String(error.cause), calls])).not.toContain(apiKey)
  expect(error.sentence.zh).not.toBe('')
  return error.kind
}

test('an answer comes word by word and is whole at the end, with its figures and cost', async () => {
  const text = await ask(await upstream(), {
    models: [{ name: 'one', price: { inputPerMillion: 1, outputPerMillion: 2 } }],
  })
  expect(text).toBe('hello there model')
  expect(shown).toEqual(['hello ', 'hello there ', 'hello there model'])
  expect(calls).toMatchObject([{ model: 'one', end: 'stop', inputTokens: 17, outputTokens: 17, cost: 51 / 1_000_000 }])
})

test('where the upstream tells no figures they are estimated', async () => {
  await ask(await upstream({ tellsUsage: false }))
  expect(calls).toMatchObject([{ isEstimated: true, inputTokens: 5, outputTokens: 5 }])
})

test('too many requests are waited out as long as is asked, and no longer than the answer may take', async () => {
  const simulator = await upstream()
  simulator.misbehave({ answer: 429, retryAfter: 0, times: 2 })
  expect(await ask(simulator)).toBe('hello there model')
  expect(calls.map(({ end }) => end.slice(0, 16))).toEqual(['one answered 429', 'one answered 429', 'stop'])
  simulator.misbehave({ answer: 429, retryAfter: 3_600 })
  expect(await kindOf(ask(simulator))).toBe('rate_limited')
  expect(simulator.requests).toHaveLength(4)
})

test('too many requests to the only model are waited out beyond its tries; where there is another, that one is asked', async () => {
  const simulator = await upstream()
  simulator.misbehave({ answer: 429, retryAfter: 0, times: 3 })
  expect(await ask(simulator)).toBe('hello there model')
  expect(simulator.requests.map(({ model }) => model)).toEqual(['one', 'one', 'one', 'one'])
  const both = await upstream()
  both.misbehave({ model: 'one', answer: 429, retryAfter: 0 })
  expect(await ask(both, { models: [{ name: 'one' }, { name: 'two' }] })).toBe('hello there model')
  expect(both.requests.map(({ model }) => model)).toEqual(['one', 'one', 'one', 'two'])
})

test('a stream that broke is begun anew', async () => {
  const simulator = await upstream({ wordMs: 20 })
  simulator.misbehave({ answer: 'cut', times: 1 })
  expect(await ask(simulator)).toBe('hello there model')
  expect(shown).toEqual(['hello ', 'hello ', 'hello there ', 'hello there model'])
})

test('a model that is wished for is asked first, and the others when it is down; a known one has its price', async () => {
  const simulator = await upstream()
  const price = { inputPerMillion: 1, outputPerMillion: 2 }
  const models = { models: [{ name: 'one' }, { name: 'two', price }] }
  await ask(simulator, models, 'hi', undefined, { model: 'two', temperature: 0.2 })
  expect(simulator.requests.at(-1)).toMatchObject({ model: 'two', temperature: 0.2 })
  expect(calls.at(-1)?.cost).toBeGreaterThan(0)
  simulator.misbehave({ model: 'special', answer: 500 })
  await ask(simulator, { ...models, attempts: 1 }, 'hi', undefined, { model: 'special' })
  expect(simulator.requests.slice(1).map(({ model }) => model)).toEqual(['special', 'one'])
  expect(simulator.requests.at(-1)?.temperature).toBeUndefined()
})

test('the next model is asked when one is down, and the first that answers counts', async () => {
  const simulator = await upstream()
  simulator.misbehave({ model: 'one', answer: 503, retryAfter: 0 })
  expect(await ask(simulator, { models: [{ name: 'one' }, { name: 'two' }], attempts: 2 })).toBe('hello there model')
  expect(simulator.requests.map(({ model }) => model)).toEqual(['one', 'one', 'two'])
})

describe('no answer', () => {
  test.for<[Parameters<OpenaiSimulator['misbehave']>[0], string, number]>([
    [{ answer: 'filter' }, 'content_filter', 1],
    [{ answer: 'too-long' }, 'too_long', 1],
    [{ answer: 'empty' }, 'empty', 2],
    [{ answer: 400 }, 'refused', 1],
    [{ answer: 500, retryAfter: 0 }, 'down', 2],
    [{ answer: 'garbled' }, 'down', 2],
  ])('%o is %s', async ([rule, kind, requests]) => {
    const simulator = await upstream()
    simulator.misbehave(rule)
    expect(await kindOf(ask(simulator, { attempts: 2 }))).toBe(kind)
    expect(simulator.requests).toHaveLength(requests)
  })

  test('without a key nobody is asked, and a wrong one is asked with once', async () => {
    const simulator = await upstream()
    expect(await kindOf(ask(simulator, { apiKey: undefined }))).toBe('no_key')
    expect(await kindOf(ask(simulator, { apiKey: 'sk-another-wrong-key' }))).toBe('bad_key')
    expect(JSON.stringify(calls)).not.toContain('sk-another-wrong-key')
    expect(simulator.requests).toEqual([])
  })

  test('a model that says nothing is given up after its time, and its connection is closed', async () => {
    const simulator = await upstream()
    simulator.misbehave({ answer: 'silent' })
    expect(await kindOf(ask(simulator, { firstTokenMs: 50, attempts: 1 }))).toBe('too_slow')
    await expect.poll(() => simulator.aborted).toHaveLength(1)
  })

  test('one that goes on for ever is ended too', async () => {
    const simulator = await upstream({ answer: () => 'word '.repeat(1_000), wordMs: 20 })
    expect(await kindOf(ask(simulator, { wholeMs: 1_000 }))).toBe('too_slow')
    await expect.poll(() => simulator.busy).toBe(0)
  })

  test('nobody there is down', async () => {
    expect(await kindOf(ask({ url: 'http://127.0.0.1:9/v1' }, { attempts: 1 }))).toBe('down')
  })
})

test('an abort closes the connection at once', async () => {
  const simulator = await upstream({ answer: () => 'word '.repeat(1_000), wordMs: 20 })
  const cancel = new AbortController()
  const asked = ask(simulator, {}, 'hi', cancel.signal)
  await expect.poll(() => shown.length).toBeGreaterThan(2)
  const abortedAt = Date.now()
  cancel.abort(new Error('cancelled'))
  await expect(asked).rejects.toThrow('cancelled')
  await expect.poll(() => simulator.aborted).toHaveLength(1)
  expect((simulator.aborted[0]?.at ?? 0) - abortedAt).toBeLessThan(1_000)
  expect(calls.at(-1)?.end).toBe('aborted')
})
