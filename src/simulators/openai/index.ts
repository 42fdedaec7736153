import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { streamChat, wholeChat } from './chat-completions.ts'
import { readChat, readResponses } from './requests.ts'
import { streamResponse, wholeResponse } from './responses.ts'
import type { ChatRequest, Misbehaviour, OpenaiSimulator, OpenaiSimulatorOptions } from './simulator.ts'
import { openStream } from './stream.ts'
import { wordsOf, writtenOf } from './written.ts'

export type { Answer, ChatRequest, OpenaiSimulator, OpenaiSimulatorOptions, SaidMessage } from './simulator.ts'

/**
 * Starts a model's API on 127.0.0.1: `POST /v1/chat/completions` and `POST /v1/responses`, streamed in pieces or whole,
 * with pictures and calls of tools, and `GET /v1/models`.
 */
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
    const reader =
      req.url === '/v1/chat/completions' ? readChat : req.url === '/v1/responses' ? readResponses : undefined
    if (reader === undefined) return refuse(res, 404, 'not_found', 'no such page')
    const read = reader(jsonOf(Buffer.concat(chunks)))
    if ('wrong' in read) return refuse(res, 400, 'invalid_request', read.wrong)
    const { request } = read
    requests.push({ ...request, at: Date.now() })

    const gone = new AbortController()
    res.on('close', () => {
      if (res.writableFinished) return
      aborted.push({ at: Date.now() })
      gone.abort()
    })
    const rule = take(request.model)
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
      const said = rule?.answer === 'empty' ? '' : answerOf(request)
      const written = writtenOf(request, said, rule?.answer === 'filter')
      const isChat = request.api === 'chat'
      if (!request.stream) {
        await wait(wordMs * wordsOf(written.text).length, undefined, { signal: gone.signal })
        const whole = isChat ? wholeChat(written) : wholeResponse(written)
        return void res.setHeader('content-type', 'application/json').end(JSON.stringify(whole))
      }
      const pace = { wordMs, gone: gone.signal }
      const stream = openStream(res, rule?.answer, pace, isChat ? 'data: [DONE]\n\n' : '')
      if (isChat) await streamChat(written, stream, tellsUsage && read.asksUsage)
      else await streamResponse(written, stream)
    } finally {
      busy -= 1
    }
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

/** Undefined, which no schema takes, when it is none. */
function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}

function refuse(res: ServerResponse, status: number, code: string, message: string): void {
  res
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ error: { code, message, type: code } }))
}
