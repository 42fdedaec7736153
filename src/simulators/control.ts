import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { AppError, UsageError } from '../core/errors.ts'

/** Large enough for a file of 20 MB as base64. */
const MOST_BYTES = 32 * 1024 * 1024
const MOST_WAIT_MS = 60_000
/** A stream that has nothing to tell says so, and finds out that its reader left. */
const STILL_HERE_MS = 15_000

export interface ControlCall {
  query: URLSearchParams
  headers: IncomingMessage['headers']
  body: Buffer
}

/**
 * By method and path, `POST /simulator/say`. What a route gives is the JSON of its answer; an async iterable is sent as
 * server-sent events.
 */
export type ControlRoutes = Readonly<Record<string, (body: unknown, query: URLSearchParams) => unknown>>
export type ControlAnswer = { status: number; json: unknown } | { status: 200; lines: AsyncIterable<unknown> }

/** Has a simulator misbehave by a rule, and behave again. */
export function misbehaviourRoutes<Rule>(
  rule: z.ZodType<Rule>,
  simulator: { misbehave(rule: Rule): unknown; behave(): void },
): ControlRoutes {
  return {
    'POST /simulator/misbehave': (body) => {
      simulator.misbehave(rule.parse(body))
      return {}
    },
    'POST /simulator/behave': () => {
      simulator.behave()
      return {}
    },
  }
}

/**
 * Answers a call of a simulator's own HTTP. Only for callers on this machine: a page of elsewhere would have to name a
 * foreign host or send JSON across origins.
 */
export function answerBy(routes: ControlRoutes) {
  return async (path: string, method: string, call: ControlCall): Promise<ControlAnswer> => {
    if (!isFromHere(call)) return { status: 403, json: { error: 'only for callers on this machine' } }
    const name = `${method} ${path}`
    const route = Object.hasOwn(routes, name) ? routes[name] : undefined
    if (!route) return { status: 404, json: { error: `there is no ${name}` } }
    if (method === 'POST' && !call.headers['content-type']?.startsWith('application/json')) {
      return { status: 415, json: { error: 'send application/json' } }
    }
    try {
      const given = await route(jsonOf(call.body), call.query)
      return isIterable(given) ? { status: 200, lines: given } : { status: 200, json: given }
    } catch (error) {
      if (error instanceof z.ZodError) return { status: 400, json: { error: z.prettifyError(error) } }
      if (error instanceof AppError) return { status: 409, json: { error: error.message } }
      throw error
    }
  }
}

/** Writes an answer; resolves when it is written, for a stream when its reader has left. */
export async function writeControl(response: ServerResponse, answer: ControlAnswer): Promise<void> {
  if ('json' in answer) {
    const body = Buffer.from(JSON.stringify(answer.json))
    response.writeHead(answer.status, {
      'content-type': 'application/json; charset=UTF-8',
      'content-length': body.length,
    })
    response.end(body)
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  response.flushHeaders()
  for await (const line of answer.lines) {
    if (response.destroyed) return
    response.write(line === undefined ? ': still here\n\n' : `data: ${JSON.stringify(line)}\n\n`)
  }
  response.end()
}

/** The routes as a server of their own, on 127.0.0.1; resolves once it listens. */
export async function serveControl(routes: ControlRoutes, port = 0): Promise<{ url: string; close(): Promise<void> }> {
  const answer = answerBy(routes)
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    readAll(request)
      .then((body) =>
        answer(pathname, request.method ?? 'GET', { query: searchParams, headers: request.headers, body }),
      )
      .then((given) => writeControl(response, given))
      .catch(() => request.socket.destroy())
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const { port: given } = server.address() as AddressInfo // a listening TCP server has one
  return {
    url: `http://127.0.0.1:${given}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    chunks.push(chunk as Buffer) // no encoding is set, so it is one
    bytes += chunk.length
    if (bytes > MOST_BYTES) throw new RangeError('the body is too large')
  }
  return Buffer.concat(chunks)
}

/** The two ways to read a feed: by asking again and again, and as a stream. */
export function feedRoutes<Line extends { seq: number }>(
  feed: (after: number, waitMs: number) => Promise<Line[]>,
): ControlRoutes {
  const afterOf = (query: URLSearchParams): number => Number(query.get('after') ?? 0)
  return {
    'GET /simulator/feed': async (_body, query) => ({
      lines: await feed(afterOf(query), Math.min(Number(query.get('waitMs') ?? 0), MOST_WAIT_MS)),
    }),
    'GET /simulator/stream': (_body, query) => streamed(feed, afterOf(query)),
  }
}

async function* streamed<Line extends { seq: number }>(
  feed: (after: number, waitMs: number) => Promise<Line[]>,
  after: number,
): AsyncGenerator<Line | undefined> {
  for (let last = after; ; ) {
    const lines = await feed(last, STILL_HERE_MS)
    if (lines.length === 0) yield undefined
    for (const line of lines) {
      yield line
      last = line.seq
    }
  }
}

/** Nothing that is made up here may reach anybody else's server. Throws UsageError. */
export function requireLoopback(url: string, protocol: 'http:' | 'ws:'): void {
  const given = URL.canParse(url) ? new URL(url) : undefined
  const host = given?.hostname ?? ''
  const isLoopback = host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host)
  if (given?.protocol !== protocol || !isLoopback) {
    throw new UsageError(`the simulator calls ${protocol}// addresses of this machine only (127.0.0.1, ::1, localhost)`)
  }
}

function isFromHere({ headers }: ControlCall): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(headers.host ?? '')
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

function isIterable(given: unknown): given is AsyncIterable<unknown> {
  return typeof given === 'object' && given !== null && Symbol.asyncIterator in given
}
