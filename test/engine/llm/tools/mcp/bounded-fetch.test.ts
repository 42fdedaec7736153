import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { boundedFetch } from '../../../../../src/engine/llm/tools/mcp/bounded-fetch.ts'

const LIMIT = 1024 * 1024

afterEach(() => {
  vi.unstubAllGlobals()
})

/** What is read of an answer that comes in these pieces, and what `tooLarge` is told. */
async function read(type: string, pieces: readonly string[], limitBytes = LIMIT) {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(Buffer.from(piece))
      controller.close()
    },
  })
  vi.stubGlobal('fetch', async () => new Response(body, { status: 200, headers: { 'content-type': type } }))
  const told: string[] = []
  const answer = await boundedFetch(limitBytes, ({ message }) => told.push(message))('http://127.0.0.1/')
  const text = await answer.text().catch((error: Error) => error)
  return { text, told, status: answer.status, type: answer.headers.get('content-type') }
}

test('an answer up to the limit arrives as it is', async () => {
  const pieces = ['{"a":"', 'x'.repeat(LIMIT - 8), '"}']
  expect(await read('application/json', pieces)).toEqual({
    text: pieces.join(''),
    told: [],
    status: 200,
    type: 'application/json',
  })
})

test('an answer beyond it breaks off, empty lines in it or not', async () => {
  for (const piece of ['x'.repeat(1_000), '\n'.repeat(1_000)]) {
    const { text, told } = await read('application/json', Array(1_100).fill(piece))
    expect(text).toMatchObject({ name: 'RejectedError', message: 'it sent more than 1 MB at once' })
    expect(told).toEqual(['it sent more than 1 MB at once'])
  }
})

test('an event beyond it breaks off a stream', async () => {
  const { text, told } = await read('text/event-stream', [
    'data: a\n\n',
    'data: ',
    ...Array(1_100).fill('x'.repeat(1_000)),
  ])
  expect(text).toBeInstanceOf(Error)
  expect(told).toHaveLength(1)
})

test('a stream of events goes on for ever, wherever its pieces are cut', async () => {
  const anEvent = fc.tuple(fc.stringMatching(/^[a-z]{1,40}$/), fc.constantFrom('\n', '\r\n', '\r'))
  await fc.assert(
    fc.asyncProperty(
      fc.array(anEvent, { minLength: 50, maxLength: 60 }),
      fc.integer({ min: 1, max: 50 }),
      async (events, size) => {
        const text = events.map(([data, end]) => `data: ${data}${end}${end}`).join('')
        const pieces = text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? []
        expect(await read('text/event-stream; charset=utf-8', pieces, 150)).toMatchObject({ text, told: [] })
      },
    ),
  )
})
