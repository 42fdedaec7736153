import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Call {
  method: string
  /** Without `/cgi-bin/`. */
  path: string
  query: Record<string, string>
  contentType: string
  bytes: Buffer
  /** The body when it is JSON. */
  json: unknown
}

export type Script =
  | { status?: number; headers?: Record<string, string>; json?: unknown; bytes?: Buffer }
  /** Reads the request and cuts the connection. */
  | 'cut'
  /** Reads the request and never answers. */
  | 'hang'

/** A WeCom API in small: it keeps what it was asked and answers by script, or with ok when there is none. */
export async function qyapi() {
  const calls: Call[] = []
  const scripts = new Map<string, Script[]>()
  const revoked = new Set<string>()
  let tokens = 0
  let onCall = Promise.withResolvers<Call>()
  const usual: Record<string, () => unknown> = {
    gettoken: () => ({ errcode: 0, errmsg: 'ok', access_token: `token-${++tokens}`, expires_in: 7200 }),
    'message/send': () => ({ errcode: 0, errmsg: 'ok', msgid: `msg-${calls.length}` }),
    'media/upload': () => ({
      errcode: 0,
      errmsg: '',
      type: 'file',
      media_id: `media-${calls.length}`,
      created_at: '1',
    }),
  }
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const call = await readCall(request, url)
    calls.push(call)
    const isRevoked = revoked.has(call.query.access_token ?? '')
    const next = isRevoked
      ? { json: { errcode: 42001, errmsg: 'access_token expired' } }
      : scripts.get(call.path)?.shift()
    const script = next ?? { json: usual[call.path]?.() ?? { errcode: 0, errmsg: 'ok' } }
    onCall.resolve(call)
    onCall = Promise.withResolvers()
    if (script === 'hang') return
    if (script === 'cut') {
      request.socket.destroy()
      return
    }
    const body = script.bytes ?? Buffer.from(JSON.stringify(script.json) ?? '')
    response.writeHead(script.status ?? 200, script.headers ?? { 'content-type': 'application/json' }).end(body)
  }
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server that listens on a TCP port has an address with one.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    callsTo: (path: string) => calls.filter((call) => call.path === path),
    /** The next answers to a path, in order. */
    script(path: string, ...answers: Script[]) {
      scripts.set(path, [...(scripts.get(path) ?? []), ...answers])
    },
    /** Every call with this token is told that it has expired. */
    revoke: (token: string) => void revoked.add(token),
    nextCall: () => onCall.promise,
    async close() {
      server.closeAllConnections()
      if (server.listening) await new Promise((done) => server.close(done))
    },
  }
}

async function readCall(request: IncomingMessage, url: URL): Promise<Call> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  const contentType = request.headers['content-type'] ?? ''
  return {
    method: request.method ?? '',
    path: url.pathname.replace('/cgi-bin/', ''),
    query: Object.fromEntries(url.searchParams),
    contentType,
    bytes,
    json: contentType.includes('json') ? JSON.parse(bytes.toString()) : undefined,
  }
}
