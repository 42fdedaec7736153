import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import type { ToolCall } from '../../../src/core/model/llm.ts'
import { openLlm } from '../../../src/engine/llm/ask.ts'
import type { LlmConfig } from '../../../src/engine/llm/llm.ts'
import { LlmError } from '../../../src/engine/llm/llm-error.ts'
import type { QuestionPictures } from '../../../src/engine/llm/pictures.ts'
import type { Toolbox } from '../../../src/engine/llm/tools/toolbox.ts'
import { type OpenaiSimulator, startOpenaiSimulator } from '../../../src/simulators/openai/index.ts'
import { aRun } from '../../contracts/store/samples.ts'
import { toolModel } from '../../fakes/tool-model.ts'

const apiKey = 'sk-a-key'
let called: ToolCall[]
beforeEach(() => {
  called = []
})

/** One tool, which repeats what it is given; nothing is kept. */
const toolbox: Toolbox = {
  offered: async () => [{ name: 'lab__echo', description: 'Echoes', parameters: { type: 'object', properties: {} } }],
  turn: (_, ask) => ask(),
  async results(_, calls) {
    called.push(...calls)
    return calls.map((call) => `echo ${call.arguments}`)
  },
}

async function aModel(): Promise<OpenaiSimulator> {
  const simulator = await startOpenaiSimulator({ apiKey, answer: toolModel })
  onTestFinished(() => simulator.close())
  return simulator
}

function ask(url: string, text: string, over: Partial<LlmConfig> = {}, pictures?: QuestionPictures): Promise<string> {
  const config: LlmConfig = {
    baseUrl: url,
    apiKey,
    models: [{ name: 'one' }],
    firstTokenMs: 2_000,
    wholeMs: 10_000,
    attempts: 2,
    toolRounds: 3,
    ...over,
  }
  const options = {
    run: aRun() as never, // asking reads nothing of it
    lang: 'zh' as const,
    signal: AbortSignal.timeout(20_000),
    tools: toolbox,
    pictures,
  }
  return openLlm(config).ask([{ role: 'user', text }], options)
}

test('calls go on until the model answers in words, each told its result', async () => {
  const { url, requests } = await aModel()
  const answer = await ask(url, 'lab__echo {"n":1} and lab__echo {"n":2} then lab__echo {"n":3}')
  expect(answer).toBe('echo {"n":1} / echo {"n":2} / echo {"n":3}')
  expect(requests).toHaveLength(3)
  expect(requests[0]?.tools).toMatchObject([{ name: 'lab__echo', description: 'Echoes' }])
  expect(requests[2]?.messages.map(({ role }) => role)).toEqual([
    'user',
    'assistant',
    'tool',
    'tool',
    'assistant',
    'tool',
  ])
})

test('a model that calls for ever is stopped with a sentence', async () => {
  const { url } = await aModel()
  const error = await ask(url, 'again lab__echo {}').catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(LlmError)
  expect(error).toMatchObject({ kind: 'too_many_rounds' })
  expect(called).toHaveLength(3)
})

test('a stream that broke inside a call is begun anew, and half a call is none', async () => {
  const simulator = await aModel()
  simulator.misbehave({ answer: 'cut', times: 1 })
  expect(await ask(simulator.url, 'lab__echo {"n":"a longer argument"}')).toBe('echo {"n":"a longer argument"}')
  expect(called).toHaveLength(1)
})

test('a model that cannot call tools is offered none', async () => {
  const { url, requests } = await aModel()
  await ask(url, 'hi', { models: [{ name: 'one', tools: false }] })
  expect(requests[0]?.tools).toEqual([])
})

test('upstreams that leave out indexes and ids are understood', async () => {
  const chunk = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
  let asked = 0
  const server = createServer((_, res) => {
    res.setHeader('content-type', 'text/event-stream')
    if (asked++ > 0) return void res.end(`${chunk({ content: 'all done' })}${chunk({}, 'stop')}data: [DONE]\n\n`)
    for (const given of ['{"n":1}', '{"n":2}'])
      res.write(chunk({ tool_calls: [{ type: 'function', function: { name: 'lab__echo', arguments: given } }] }))
    res.end(`${chunk({}, 'stop')}data: [DONE]\n\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo // a listening TCP server has one
  expect(await ask(`http://127.0.0.1:${port}/v1`, 'go')).toBe('all done')
  expect(called).toEqual([
    { id: 'call_1', name: 'lab__echo', arguments: '{"n":1}' },
    { id: 'call_2', name: 'lab__echo', arguments: '{"n":2}' },
  ])
})

test('pictures go to the models that see, and the others are told of them', async () => {
  const simulator = await aModel()
  let loads = 0
  const pictures: QuestionPictures = {
    count: 1,
    unseen: '（看不到）',
    async load() {
      loads += 1
      return { urls: ['data:image/png;base64,AA=='], note: '（第 2 张没能读取）' }
    },
  }
  const blind = [{ name: 'blind' }]
  expect(await ask(simulator.url, '[图片]\nwhat', { models: blind }, pictures)).toContain('（看不到）')
  expect(loads).toBe(0)
  simulator.misbehave({ model: 'blind', answer: 400 })
  await ask(simulator.url, '[图片]\nwhat', { models: [...blind, { name: 'sees', images: true }] }, pictures)
  expect(simulator.requests.map(({ messages }) => messages[0]?.images)).toEqual([
    undefined,
    undefined,
    ['data:image/png;base64,AA=='],
  ])
  expect(simulator.requests.at(-1)?.messages[0]?.content).toBe('[图片]\nwhat\n（第 2 张没能读取）')
})
