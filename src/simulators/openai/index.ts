import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import type { ChatRequest, Misbehaviour, OpenaiSimulator, OpenaiSimulatorOptions } from './simulator.ts'

export type { OpenaiSimulator, OpenaiSimulatorOptions } from './simulator.ts'

const requestSchema = z.object({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })).min(1),
  stream: z.boolean().default(false),
  stream_options: z.object({ include_usage: z.boolean().optional() }).optional(),
})

/** Starts a model's API on 127.0.0.1: `POST /v1/chat/completions`, streamed word by word or whole, and `GET /v1/models`. */
export async function startOpenaiSimulator(options: OpenaiSimulatorOptions = {}): Promise<OpenaiSimulator> {
  const { apiKey, wordMs = 0, tellsUsage = true } = options
  const answerOf = options.answer ?? (({ messages }: ChatRequest) => messages.at(-1)?.content ?? '')
  const requests: (ChatRequest & { at: number })[] = []
  const aborted: { at: number }[] = []
  let rules: { rule: Misbehaviour; hits: number }[] = []
  let busy = 0
  let mostBusy = 0

  function take(model: string): Misbehaviour | undefined {
    rules = rules.filter(({ rule, hits }) => hits < (rule.times ?? Infinity) && Date.now() < (rule.untilMs ?? Infinity))
    const found = rules.find(({ rule }) => rule.model === undefined || rule.model === model)
    if (found !== undefined) found.hits += 1
    return found?.rule
  }

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer)
    if (apiKey !== undefined && req.headers.authorization !== `Bearer ${apiKey}`) {
      return refuse(res, 401, 'invalid_api_key', `Incorrect API key provided: ${req.headers.authorization?.slice(7)}`)
    }
    if (req.url === '/v1/models')
      return void res.setHeader('content-type', 'application/json').end('{"object":"list","data":[]}')
    if (req.url !== '/v1/chat/completions') return refuse(res, 404, 'not_found', 'no such page')
    const read = requestSchema.safeParse(JSON.parse(Buffer.concat(chunks).toString()))
    if (!read.success) return refuse(res, 400, 'invalid_request', z.prettifyError(read.error))
    const { model, messages, stream } = read.data
    requests.push({ model, messages, stream, at: Date.now() })

    const gone = new AbortController()
    res.on('close', () => {
      if (res.writableFinished) return
      aborted.push({ at: Date.now() })
      gone.abort()
    })
    const rule = take(model)
    if (typeof rule?.answer === 'number') {
      if (rule.retryAfter !== undefined) res.setHeader('retry-after', rule.retryAfter)
      return refuse(res, rule.answer, rule.answer === 429 ? 'rate_limit_exceeded' : 'server_error', 'not now')
    }
    if (rule?.answer === 'silent') return
    if (rule?.answer === 'too-long')
      return refuse(res, 400, 'context_length_exceeded', 'This model reads less than that.')
    busy += 1
    mostBusy = Math.max(mostBusy, busy)
    try {
      const text = rule?.answer === 'empty' ? '' : answerOf(read.data)
      const usage = {
        prompt_tokens: messages.reduce((sum, { content }) => sum + content.length, 0),
        completion_tokens: text.length,
        total_tokens: 0,
      }
      usage.total_tokens = usage.prompt_tokens + usage.completion_tokens
      if (!stream) {
        await wait(wordMs * wordsOf(text).length, undefined, { signal: gone.signal })
        const choice = { index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }
        res
          .setHeader('content-type', 'application/json')
          .end(JSON.stringify({ ...head(model), choices: [choice], usage }))
        return
      }
      const asksUsage = tellsUsage && read.data.stream_options?.include_usage === true
      await streamed(res, model, text, rule?.answer, asksUsage ? usage : undefined, gone.signal)
    } finally {
      busy -= 1
    }
  }

  async function streamed(
    res: ServerResponse,
    model: string,
    text: string,
    how: Misbehaviour['answer'],
    usage: object | undefined,
    gone: AbortSignal,
  ): Promise<void> {
    res.setHeader('content-type', 'text/event-stream')
    const send = (fields: object): void =>
      void res.write(`data: ${JSON.stringify({ ...head(model), object: 'chat.completion.chunk', ...fields })}\n\n`)
    const words = wordsOf(text)
    for (const [place, word] of words.entries()) {
      if (wordMs > 0) await wait(wordMs, undefined, { signal: gone })
      if (how === 'garbled') res.write('data: {"choices": [{"delta": \n\n')
      if (how === 'cut' && place === Math.floor(words.length / 2)) return void res.destroy()
      send({ choices: [{ index: 0, delta: { content: word }, finish_reason: null }] })
    }
    send({ choices: [{ index: 0, delta: {}, finish_reason: how === 'filter' ? 'content_filter' : 'stop' }] })
    if (usage !== undefined) send({ choices: [], usage })
    res.end('data: [DONE]\n\n')
  }

  const server = createServer((req, res) => {
    // A client that hangs up ends the waits in between.
    answer(req, res).catch(() => res.destroy())
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a listening TCP server has one

  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    aborted,
    get busy() {
      return busy
    },
    get mostBusy() {
      return mostBusy
    },
    misbehave: (rule) => void rules.push({ rule, hits: 0 }),
    behave() {
      rules = []
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function head(model: string): object {
  return { id: 'chatcmpl-1', object: 'chat.completion', created: Math.floor(Date.now() / 1_000), model }
}

/** As they are streamed, Chinese by the character; put together they are the text again. */
function wordsOf(text: string): string[] {
  return text.match(/\p{Script=Han}\s*|[^\s\p{Script=Han}]+\s*|\s+/gu) ?? []
}

function refuse(res: ServerResponse, status: number, code: string, message: string): void {
  res
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ error: { code, message, type: code } }))
}
