import { expect, test } from 'vitest'
import { startProgram } from '../program.ts'

async function ask(baseUrl: string, questions: string[], stream = false): Promise<Response> {
  return fetch(`${baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'simulated',
      stream,
      messages: questions.map((content) => ({ role: 'user', content })),
    }),
  })
}

const wordsIn = (events: string): string =>
  [...events.matchAll(/^data: (\{.*)$/gm)]
    .map(([, json = '']) => JSON.parse(json).choices[0]?.delta.content ?? '')
    .join('')

test('an answer quotes the question, remembers the one before, and is streamed in many pieces', async () => {
  const { ready } = await startProgram('openai')
  const events = await (await ask(ready.baseUrl, ['介绍一下北京'], true)).text()
  expect(events.split('\n\n').length).toBeGreaterThan(50)
  expect(wordsIn(events)).toContain('你问的是：“介绍一下北京”')
  const { choices } = await (await ask(ready.baseUrl, ['Where is Beijing?', 'And Shanghai?'])).json()
  expect(choices[0].message.content).toMatch(/“And Shanghai\?”.*“Where is Beijing\?”/s)
})

test('it misbehaves and behaves again over HTTP, and tells what it was asked', async () => {
  const { ready, post, get, stop } = await startProgram('openai', '--echo')
  await post('/simulator/misbehave', { answer: 429, retryAfter: 1 })
  const refused = await ask(ready.baseUrl, ['hello'])
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
  await post('/simulator/behave')
  const { choices } = await (await ask(ready.baseUrl, ['hello'])).json()
  expect(choices[0].message.content).toBe('hello')
  expect((await get('/simulator/calls')).requests).toHaveLength(2)
  expect(await stop()).toBe(0)
})
