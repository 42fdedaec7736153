import OpenAI from 'openai'
import { expect, onTestFinished, test } from 'vitest'
import { type OpenaiSimulatorOptions, startOpenaiSimulator } from '../../../src/simulators/openai/index.ts'

const apiKey = 'sk-a-key-for-tests'
const picture = 'data:image/png;base64,iVBORw0KGgo='
const weather = {
  name: 'weather',
  description: 'The weather in a city',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
}

async function aModel(options: OpenaiSimulatorOptions = {}) {
  const simulator = await startOpenaiSimulator({ apiKey, ...options })
  onTestFinished(() => simulator.close())
  const client = new OpenAI({ apiKey, baseURL: simulator.url, maxRetries: 0, logLevel: 'off' })
  return { simulator, client }
}

/** Asks for the weather of two cities, then says what it was told. */
const twoCities: OpenaiSimulatorOptions['answer'] = ({ messages }) => {
  const results = messages.filter(({ role }) => role === 'tool')
  if (results.length > 0) return results.map(({ content }) => content).join(' / ')
  const calls = ['北京', '上海'].map((city) => ({ name: 'weather', arguments: { city } }))
  return { text: 'Let me look. ', calls }
}

test('chat completions with tools, whole and streamed, read the same by the official client', async () => {
  const { client } = await aModel({ answer: twoCities })
  const request = {
    model: 'one',
    messages: [{ role: 'user' as const, content: 'weather?' }],
    tools: [{ type: 'function' as const, function: weather }],
  }
  const whole = await client.chat.completions.create(request)
  const streamed = await client.chat.completions.stream(request).finalChatCompletion()
  const calls = [
    { id: 'call_1_1', type: 'function', function: { name: 'weather', arguments: '{"city":"北京"}' } },
    { id: 'call_1_2', type: 'function', function: { name: 'weather', arguments: '{"city":"上海"}' } },
  ]
  for (const { choices } of [whole, streamed]) {
    expect(choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: 'Let me look. ' } })
    expect(choices[0]?.message.tool_calls).toMatchObject(calls)
  }
})

test('calls are streamed in pieces, the name before its arguments', async () => {
  const { client } = await aModel({ answer: twoCities })
  const stream = await client.chat.completions.create({
    model: 'one',
    messages: [{ role: 'user', content: 'weather?' }],
    stream: true,
  })
  const pieces: string[] = []
  for await (const chunk of stream) {
    for (const { index, function: called } of chunk.choices[0]?.delta.tool_calls ?? [])
      pieces.push(`${index} ${called?.name ?? ''}${called?.arguments ?? ''}`)
  }
  expect(pieces.filter((piece) => piece.startsWith('0'))).toEqual(['0 weather', '0 {"city"', '0 :"北京"}'])
})

test('results go back in, and one without its call is refused', async () => {
  const { client, simulator } = await aModel({ answer: twoCities })
  const call = { id: 'a', type: 'function' as const, function: { name: 'weather', arguments: '{}' } }
  const answered = await client.chat.completions.create({
    model: 'one',
    messages: [
      { role: 'user', content: 'weather?' },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'a', content: 'sunny' },
    ],
  })
  expect(answered.choices[0]?.message.content).toBe('sunny')
  expect(simulator.requests[0]?.messages[1]?.calls).toEqual([{ id: 'a', name: 'weather', arguments: '{}' }])
  const lone = { role: 'tool' as const, tool_call_id: 'b', content: 'rain' }
  await expect(client.chat.completions.create({ model: 'one', messages: [lone] })).rejects.toThrow(/must follow/)
  const open = { role: 'assistant' as const, content: null, tool_calls: [call] }
  await expect(client.chat.completions.create({ model: 'one', messages: [open] })).rejects.toThrow(/no result/)
})

test('pictures are taken beside words', async () => {
  const { client, simulator } = await aModel()
  const content = [
    { type: 'text' as const, text: 'what is this?' },
    { type: 'image_url' as const, image_url: { url: picture } },
  ]
  await client.chat.completions.create({ model: 'one', messages: [{ role: 'user', content }] })
  expect(simulator.requests[0]?.messages).toEqual([{ role: 'user', content: 'what is this?', images: [picture] }])
})

test('the responses API, whole and streamed, reads the same by the official client', async () => {
  const { client, simulator } = await aModel({ answer: twoCities })
  const tools = [{ type: 'function' as const, strict: false, ...weather }]
  const asked = { model: 'one', instructions: 'Be brief.', input: 'weather?', tools }
  const whole = await client.responses.create(asked)
  const streamed = await client.responses.stream(asked).finalResponse()
  for (const response of [whole, streamed]) {
    expect(response).toMatchObject({ status: 'completed', output_text: 'Let me look. ' })
    expect(response.output.flatMap((item) => (item.type === 'function_call' ? [item.arguments] : []))).toEqual([
      '{"city":"北京"}',
      '{"city":"上海"}',
    ])
    expect(response.usage?.total_tokens).toBeGreaterThan(0)
  }
  expect(simulator.requests[0]?.messages.map(({ role }) => role)).toEqual(['system', 'user'])
  expect(simulator.requests[0]?.tools[0]?.name).toBe('weather')
})

test('the responses API takes pictures and results, and streams words one by one', async () => {
  const { client, simulator } = await aModel({ answer: twoCities })
  const stream = await client.responses.create({
    model: 'one',
    stream: true,
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'here?' },
          { type: 'input_image', image_url: picture, detail: 'auto' },
        ],
      },
      { type: 'function_call', call_id: 'a', name: 'weather', arguments: '{}' },
      { type: 'function_call_output', call_id: 'a', output: 'sunny all day' },
    ],
  })
  const words: string[] = []
  const numbers: number[] = []
  for await (const event of stream) {
    numbers.push(event.sequence_number)
    if (event.type === 'response.output_text.delta') words.push(event.delta)
  }
  expect(words).toEqual(['sunny ', 'all ', 'day'])
  expect(numbers).toEqual(numbers.map((_, place) => place))
  expect(simulator.requests[0]?.messages[0]?.images).toEqual([picture])
})

test.for(['chat', 'responses'] as const)('the %s API goes wrong as it is told to', async (api) => {
  const { client, simulator } = await aModel({ answer: () => 'one two three four' })
  const ask = async (): Promise<string> => {
    let text = ''
    if (api === 'chat') {
      const messages = [{ role: 'user' as const, content: 'hi' }]
      for await (const { choices } of await client.chat.completions.create({ model: 'one', messages, stream: true }))
        text += choices[0]?.delta.content ?? ''
      return text
    }
    for await (const event of await client.responses.create({ model: 'one', input: 'hi', stream: true }))
      if (event.type === 'response.output_text.delta') text += event.delta
    return text
  }
  expect(await ask()).toBe('one two three four')
  simulator.misbehave({ answer: 429, retryAfter: 7, times: 1 })
  await expect(ask()).rejects.toMatchObject({ status: 429 })
  simulator.misbehave({ answer: 'cut', times: 1 })
  await expect(ask()).rejects.toThrow()
  simulator.misbehave({ answer: 'garbled', times: 1 })
  await expect(ask()).rejects.toThrow()
  simulator.misbehave({ answer: 'too-long', times: 1 })
  await expect(ask()).rejects.toMatchObject({ code: 'context_length_exceeded' })
  simulator.misbehave({ answer: 'silent', times: 1 })
  const hungUp = client.withOptions({ timeout: 50 })
  await expect(hungUp.responses.create({ model: 'one', input: 'hi' })).rejects.toThrow(/timed out/)
  await expect.poll(() => simulator.aborted).not.toHaveLength(0)
  expect(await ask()).toBe('one two three four')
})

test('nobody gets in without the key, and what is no request is refused', async () => {
  const { simulator } = await aModel()
  const stranger = new OpenAI({ apiKey: 'sk-another', baseURL: simulator.url, maxRetries: 0 })
  await expect(stranger.responses.create({ model: 'one', input: 'hi' })).rejects.toMatchObject({ status: 401 })
  const sent = await fetch(`${simulator.url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}` },
    body: '{"model":',
  })
  expect(sent.status).toBe(400)
})
