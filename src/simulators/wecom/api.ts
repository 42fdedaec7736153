import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ControlAnswer, type ControlCall, readAll, writeControl } from '../control.ts'
import { recallMessage, updateCard } from './after-send.ts'
import { type Answer, accept, type Download, refuse } from './answer.ts'
import type { CallCounters } from './calls.ts'
import type { Corp } from './corp.ts'
import type { Misbehaviours } from './misbehaviour.ts'
import { sendMessage } from './send.ts'

interface Endpoint {
  method: 'GET' | 'POST'
  /** gettoken alone asks for none. */
  isOpen?: boolean
  run(corp: Corp, call: ControlCall): Answer | Download
}

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  '/cgi-bin/gettoken': {
    method: 'GET',
    isOpen: true,
    run: (corp, { query }) => corp.tokens.fetch(query, corp.now()),
  },
  '/cgi-bin/message/send': { method: 'POST', run: (corp, { body }) => sendMessage(corp, body) },
  '/cgi-bin/message/update_template_card': { method: 'POST', run: (corp, { body }) => updateCard(corp, body) },
  '/cgi-bin/message/recall': { method: 'POST', run: (corp, { body }) => recallMessage(corp, body) },
  '/cgi-bin/media/upload': {
    method: 'POST',
    run: (corp, { query, headers, body }) => corp.media.upload(query, headers['content-type'], body, corp.now()),
  },
  '/cgi-bin/media/get': {
    method: 'GET',
    run: (corp, { query, headers }) => corp.media.download(query, headers.range !== undefined, corp.now()),
  },
  '/cgi-bin/getcallbackip': { method: 'GET', run: () => accept({ ip_list: ['127.0.0.1'] }) },
  '/cgi-bin/get_api_domain_ip': { method: 'GET', run: () => accept({ ip_list: ['127.0.0.1'] }) },
}

export interface ApiParts {
  corp: Corp
  misbehaviours: Misbehaviours
  calls: CallCounters
  /** Requests under /simulator/. */
  control: (path: string, method: string, call: ControlCall) => Promise<ControlAnswer>
}

/** The platform's HTTP API, and the simulator's own beside it. */
export function makeApi(parts: ApiParts): Server {
  // Clients keep their connections; one that is closed under a request would look like a cut.
  return createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    serve(parts, request, response).catch(() => request.socket.destroy())
  })
}

async function serve(parts: ApiParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const target = request.url ?? '/'
  const question = target.indexOf('?')
  const path = question < 0 ? target : target.slice(0, question)
  const query = new URLSearchParams(question < 0 ? '' : target.slice(question + 1))
  const method = request.method ?? 'GET'
  const body = await readAll(request)
  const call: ControlCall = { query, headers: request.headers, body }
  if (!path.startsWith('/simulator/')) return answerCall(parts, path, method, call, response)
  await writeControl(response, await parts.control(path, method, call))
}

async function answerCall(
  { corp, misbehaviours, calls }: ApiParts,
  path: string,
  method: string,
  call: ControlCall,
  response: ServerResponse,
): Promise<void> {
  const { answer: fault, delayMs = 0 } = misbehaviours.take(path, corp.now()) ?? {}
  if (delayMs > 0) await sleep(delayMs, undefined, { ref: false })
  if (fault !== undefined && fault !== 'cut-after') {
    calls.count(path, fault)
    if (fault === 'hang') return
    if (fault === 'cut-before') response.destroy()
    else if (fault === 'http-500') response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>500</h1>')
    else sendJson(response, 200, refuse(fault, 'on request'))
    return
  }
  const answer = run(corp, path, method, call)
  calls.count(path, fault ?? ('errcode' in answer ? answer.errcode : 0))
  if (fault === 'cut-after') response.destroy()
  else if ('errcode' in answer) sendJson(response, 200, answer)
  else sendBytes(response, answer, call.headers.range)
}

function run(corp: Corp, path: string, method: string, call: ControlCall): Answer | Download {
  const endpoint = Object.hasOwn(ENDPOINTS, path) ? ENDPOINTS[path] : undefined
  if (!endpoint) return refuse(40066)
  if (endpoint.method !== method) return refuse(endpoint.method === 'GET' ? 43001 : 43002)
  const refusal = endpoint.isOpen ? undefined : corp.tokens.check(call.query.get('access_token'), corp.now())
  return refusal ?? endpoint.run(corp, call)
}

function sendJson(response: ServerResponse, status: number, json: unknown): void {
  const body = Buffer.from(JSON.stringify(json))
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', 'content-length': body.length })
  response.end(body)
}

function sendBytes(response: ServerResponse, { bytes, name, type }: Download, range: string | undefined): void {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? []
  const start = Number(first ?? 0)
  const part = bytes.subarray(start, last ? Number(last) + 1 : undefined)
  response.writeHead(first === undefined ? 200 : 206, {
    'content-type': type,
    'content-length': part.length,
    'content-disposition': `attachment; filename="${encodeURIComponent(name)}"`,
    ...(first !== undefined && { 'content-range': `bytes ${start}-${start + part.length - 1}/${bytes.length}` }),
  })
  response.end(part)
}
