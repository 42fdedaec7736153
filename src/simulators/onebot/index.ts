import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { WebSocket, WebSocketServer } from 'ws'
import { UsageError } from '../../core/errors.ts'
import { writeCodes } from './cq.ts'
import { type CallAnswer, failed, flavours } from './flavour.ts'
import { openKeeping } from './keeping.ts'
import { Misbehaviours } from './misbehaviour.ts'
import { Qq } from './qq.ts'
import { isAllowed, readJson } from './requests.ts'
import type { OnebotSimulator, OnebotSimulatorOptions, Segment } from './simulator.ts'

export type { FlavourName, Group, OnebotSimulator, OnebotSimulatorOptions, Segment } from './simulator.ts'

const timedOut: CallAnswer = failed(1200, 'Timeout: NTEvent serviceAndMethod:NodeIKernelMsgService/sendMsg')
/** Lagrange: sent, and QQ gave no number back. */
const unnumbered: CallAnswer = failed(9000)

/** Starts an implementation of OneBot v11 in small; resolves once it listens, when it is to listen. */
export async function startOnebotSimulator(options: OnebotSimulatorOptions = {}): Promise<OnebotSimulator> {
  const flavour = flavours[options.flavour ?? 'napcat']
  const { selfId = '3100000001', accessToken, httpSecret, reconnectMs = 100, sockets = 'universal' } = options
  const format = options.format ?? flavour.format
  const qq = new Qq(selfId, flavour, options.groups ?? [], options.friends ?? [], format, options.saidBefore)
  const keeping = openKeeping(qq, flavour, emit)
  const misbehaviours = new Misbehaviours()
  /** Sockets that events go to, and all that are open. */
  const listeners = new Set<WebSocket>()
  const open = new Set<WebSocket>()
  const posted: number[] = []
  let reverseUrl = options.reverseUrl
  let isClosed = false
  let last: Record<string, unknown> | undefined
  let opened = Promise.withResolvers<void>()
  const timers = new Set<NodeJS.Timeout>()

  function later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer)
      if (!isClosed) work()
    }, ms)
    timers.add(timer)
  }

  function emit(fields: Record<string, unknown>): void {
    const event = { time: Math.floor(Date.now() / 1_000), self_id: Number(selfId), ...fields }
    last = event
    const text = JSON.stringify(event)
    for (const socket of listeners) if (socket.readyState === WebSocket.OPEN) socket.send(text)
    if (options.postUrl !== undefined && fields.post_type !== 'meta_event') void post(options.postUrl, text)
  }

  async function post(url: string, body: string): Promise<void> {
    const signature = httpSecret && `sha1=${createHmac('sha1', httpSecret).update(body).digest('hex')}`
    const headers = {
      'content-type': 'application/json',
      'x-self-id': selfId,
      ...(signature && { 'x-signature': signature }),
    }
    // Nothing is posted twice: not by NapCat or Lagrange, and by go-cqhttp only what met no server.
    const response = await fetch(url, { method: 'POST', headers, body }).catch(() => undefined)
    posted.push(response?.status ?? 0)
  }

  /** Carries a call out as the rules say; undefined: no answer. */
  async function call(
    action: string,
    params: Record<string, unknown>,
    cut: () => void,
  ): Promise<CallAnswer | 'http-503' | undefined> {
    const rule = misbehaviours.take(action)
    if (rule?.delayMs !== undefined) await wait(rule.delayMs)
    if (rule?.answer === 'http-503') return 'http-503'
    if (typeof rule?.answer === 'number') return failed(rule.answer, 'refused on request')
    if (rule?.doneAfterMs !== undefined) later(rule.doneAfterMs, () => void qq.act(action, params))
    const isDone = rule?.isLost !== true && rule?.doneAfterMs === undefined
    const answer = isDone ? (keeping.act(action, params) ?? qq.act(action, params)) : undefined
    if (rule?.answer === 'timeout') return flavour.isStrict ? unnumbered : timedOut
    if (rule?.answer === 'cut') cut()
    return rule?.answer === 'cut' || rule?.answer === 'silent' ? undefined : answer
  }

  async function hear(socket: WebSocket, text: string): Promise<void> {
    const request = readJson(text)
    if (request === undefined) {
      // Lagrange says nothing at all.
      if (!flavour.isStrict) socket.send(JSON.stringify(flavour.frame(failed(1400, 'json解析失败'), null)))
      return
    }
    const { action = '', params = {}, echo } = request
    const answer = await call(String(action), params as Record<string, unknown>, () => socket.terminate())
    if (answer !== undefined && answer !== 'http-503' && socket.readyState === WebSocket.OPEN) {
      socket.send(JSON.stringify(flavour.frame(answer, echo)))
    }
  }

  function serve(socket: WebSocket, takes: { events: boolean; calls: boolean }): void {
    open.add(socket)
    if (takes.events) listeners.add(socket)
    if (takes.calls) socket.on('message', (data) => void hear(socket, String(data)))
    socket.on('error', () => {})
    socket.on('close', () => {
      open.delete(socket)
      listeners.delete(socket)
    })
    if (takes.events) socket.send(JSON.stringify({ ...meta('lifecycle'), sub_type: 'connect' }))
  }

  function meta(kind: string): Record<string, unknown> {
    return {
      time: Math.floor(Date.now() / 1_000),
      self_id: Number(selfId),
      post_type: 'meta_event',
      meta_event_type: kind,
    }
  }

  function dial(role: 'Universal' | 'API' | 'Event'): void {
    if (reverseUrl === undefined || isClosed) return
    const socket = new WebSocket(reverseUrl, {
      headers: flavour.headers(selfId, accessToken, role),
      handshakeTimeout: 2_000,
    })
    let wasOpen = false
    socket.on('open', () => {
      wasOpen = true
      serve(socket, { events: role !== 'API', calls: role !== 'Event' })
      opened.resolve()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      open.delete(socket)
      if (wasOpen && open.size === 0) opened = Promise.withResolvers()
      later(reconnectMs, () => dial(role))
    })
  }

  function dialAll(): void {
    if (sockets === 'universal') dial('Universal')
    else {
      dial('API')
      dial('Event')
    }
  }

  const server = options.listens ? await listen() : undefined
  const port = server === undefined ? 0 : (server.address() as AddressInfo).port // a listening TCP server has one

  async function listen() {
    const forward = new WebSocketServer({ noServer: true })
    const http = createServer((req, res) => void answerHttp(req, res))
    http.on('upgrade', (req, stream, head) => {
      const isNapcat = flavour.isStrict === false && format === 'array'
      if (!isAllowed(accessToken, req) && !isNapcat)
        return void stream.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      forward.handleUpgrade(req, stream, head, (socket) => {
        if (isAllowed(accessToken, req)) return serve(socket, { events: true, calls: true })
        socket.send(JSON.stringify(flavour.frame(failed(1403, 'token验证失败'), null)))
        socket.close()
      })
    })
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    return http
  }

  async function answerHttp(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer)
    if (!isAllowed(accessToken, req)) return void res.writeHead(403).end()
    const action = new URL(req.url ?? '', 'http://localhost').pathname.slice(1)
    const params = readJson(Buffer.concat(chunks).toString()) ?? {}
    const answer = await call(action, params, () => req.socket.destroy())
    if (answer === 'http-503') res.writeHead(503).end()
    else if (answer !== undefined)
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(flavour.frame(answer, undefined)))
  }

  function say(content: string | Segment[], chat: { group?: string; from: string }, lead: Segment[]): string {
    const segments = [...lead, ...(typeof content === 'string' ? [{ type: 'text', data: { text: content } }] : content)]
    const { group, from } = chat
    const messageId = qq.remember(group === undefined ? { person: from } : { group }, from, segments)
    const event = {
      time: Math.floor(Date.now() / 1_000),
      post_type: 'message',
      message_type: group === undefined ? 'private' : 'group',
      sub_type: group === undefined ? 'friend' : 'normal',
      message_id: messageId,
      user_id: Number(from),
      ...(group !== undefined && { group_id: Number(group) }),
      message: format === 'array' ? segments : writeCodes(segments),
      raw_message: writeCodes(segments),
      font: 14,
      sender: {
        user_id: Number(from),
        nickname: qq.nameOf(from, group),
        ...(group !== undefined && { role: qq.roleOf(group, from) }),
      },
    }
    qq.history.keep(group === undefined ? from : `g${group}`, { ...event, self_id: Number(selfId), segments })
    emit(event)
    return String(messageId)
  }

  const heartbeatMs = options.heartbeatMs ?? flavour.heartbeatMs
  const heart = setInterval(() => beat(), heartbeatMs > 0 ? heartbeatMs : 2 ** 30)
  function beat(): void {
    if (heartbeatMs > 0)
      emit({ ...meta('heartbeat'), status: { online: qq.isOnline, good: true }, interval: heartbeatMs })
  }
  if (reverseUrl !== undefined) dialAll()

  return {
    selfId,
    qq,
    get isHeard() {
      return options.postUrl !== undefined || [...listeners].some(({ readyState }) => readyState === WebSocket.OPEN)
    },
    wsUrl: port === 0 ? '' : `ws://127.0.0.1:${port}`,
    httpUrl: port === 0 ? '' : `http://127.0.0.1:${port}`,
    connectTo(url) {
      const isFirst = reverseUrl === undefined
      reverseUrl = url
      if (isFirst) dialAll()
    },
    connected: () => opened.promise,
    disconnect({ forGood } = { forGood: false }) {
      if (forGood) reverseUrl = undefined
      for (const socket of open) socket.terminate()
    },
    sayInGroup(group, from, content, { atBot = false, repliesTo } = {}) {
      if (!qq.maySpeak(group, from)) throw new UsageError(`${from} may not speak in ${group}`)
      const lead: Segment[] = []
      if (repliesTo !== undefined) lead.push({ type: 'reply', data: { id: repliesTo } })
      if (atBot) lead.push({ type: 'at', data: { qq: selfId } }, { type: 'text', data: { text: ' ' } })
      return say(content, { group, from }, lead)
    },
    ask: keeping.ask,
    answers: keeping.answers,
    isMuted: (group, person) => !qq.maySpeak(group, person),
    sayInPrivate: (from, content) => say(content, { from }, []),
    repeat() {
      if (last !== undefined) emit({ ...last, time: Number(last.time) + 1 })
    },
    event: emit,
    frame(text) {
      for (const socket of listeners) if (socket.readyState === WebSocket.OPEN) socket.send(text)
    },
    inbox: qq.inbox,
    waitFor(predicate, timeoutMs) {
      const already = qq.inbox.find(predicate)
      if (already !== undefined) return Promise.resolve(already)
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          stop()
          reject(new Error(`the bot did not say it within ${timeoutMs} ms`))
        }, timeoutMs)
        const stop = qq.onSaid((said) => {
          if (!predicate(said)) return
          clearTimeout(timer)
          stop()
          resolve(said)
        })
      })
    },
    calls: qq.calls,
    posted,
    misbehave: (rule) => misbehaviours.add(rule),
    behave: () => misbehaviours.clear(),
    mute: (group, seconds, person = selfId) => keeping.mute(group, person, seconds),
    setOnline(isOnline) {
      qq.isOnline = isOnline
      beat()
    },
    async close() {
      isClosed = true
      clearInterval(heart)
      for (const timer of timers) clearTimeout(timer)
      for (const socket of open) socket.terminate()
      if (server === undefined) return
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
