import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Request, type Response } from 'express'
import { type WebSocket, WebSocketServer } from 'ws'
import {
  type Bubble,
  type ConsoleDown,
  type ConsoleUp,
  consoleUpSchema,
  type DraftBubble,
} from '../../src/dashboard/api/console/shapes.ts'
import type { ListedSchedule, Overview, PresetList, TaskDetail, TaskSummary } from '../../src/dashboard/api/shapes.ts'
import { answerOf } from './dashboard-bot.ts'
import { seedSchedules, takeSchedules } from './dashboard-schedules.ts'
import { chats, overview, presets, scenes } from './dashboard-seed.ts'
import { takeUsage } from './dashboard-usage.ts'

type Saying = Extract<ConsoleUp, { kind: 'say' }>

/** The dashboard's API in small, in memory: enough to drive the browser app, and to break its connections. */
export interface FakeDashboard {
  url: string
  password: string
  overview: Overview
  tasks: Map<string, TaskDetail>
  presets: PresetList
  schedules: ListedSchedule[]
  /** Every `say` frame that came, repeats too. */
  heard: Saying[]
  /** Adds or changes a task and tells every browser. */
  put(task: TaskDetail): void
  putOverview(change: Partial<Overview>): void
  /** Says something into a console chat. */
  bubble(channel: string, chat: string, bubble: Omit<Bubble, 'seq' | 'at'>): void
  /** Shows how far an answer has grown. */
  draft(channel: string, chat: string, draft: DraftBubble): void
  /** `deaf`: frames are taken and never answered. `away`: streams and sockets are cut and refused. */
  mood: 'well' | 'deaf' | 'away'
  /** Cuts every stream and socket. */
  cut(): void
  close(): Promise<void>
}

export interface FakeDashboardOptions {
  dist: string
  tasks?: readonly TaskDetail[]
  /** How fast scripted work goes; 1 is as it says. */
  speed?: number
}

export const fakePassword = 'open sesame'
const csrf = 'csrf-of-the-fake'
const cookie = 'huitou=fake'

export async function startFakeDashboard({
  dist,
  tasks = [],
  speed = 1,
}: FakeDashboardOptions): Promise<FakeDashboard> {
  const app = express()
  const server = createServer(app)
  const sockets = new WebSocketServer({ noServer: true })
  const streams = new Set<Response>()
  const opened = new Map<WebSocket, Set<string>>()
  const bubbles = new Map<string, Bubble[]>()
  const accepted = new Map<string, string | undefined>()
  const files = new Map<string, { type: string; bytes: Buffer }>()
  const controller = new AbortController()
  let wrongTries = 0
  let lastSeq = 0

  const fake: FakeDashboard = {
    url: '',
    password: fakePassword,
    overview: overview(),
    tasks: new Map(tasks.map((task) => [task.id, task])),
    presets: presets(),
    schedules: seedSchedules(),
    heard: [],
    mood: 'well',
    put(task) {
      fake.tasks.set(task.id, task)
      tell('task', summaryOf(task))
      for (const socket of opened.keys()) transmit(socket, { kind: 'task', task: summaryOf(task) })
    },
    putOverview(change) {
      Object.assign(fake.overview, change)
      tell('overview', fake.overview)
    },
    bubble(channel, chat, said) {
      const bubble = { ...said, seq: ++lastSeq, at: Date.now() }
      const key = `${channel}:${chat}`
      bubbles.set(key, [...(bubbles.get(key) ?? []), bubble])
      for (const [socket, keys] of opened) {
        if (keys.has(key)) transmit(socket, { kind: 'bubble', channel, chat, bubble })
      }
    },
    draft(channel, chat, draft) {
      for (const [socket, keys] of opened) {
        if (keys.has(`${channel}:${chat}`)) transmit(socket, { kind: 'draft', channel, chat, draft })
      }
    },
    cut() {
      for (const stream of streams) stream.destroy()
      for (const socket of opened.keys()) socket.terminate()
    },
    async close() {
      controller.abort()
      fake.cut()
      await new Promise((done) => {
        server.close(done)
        server.closeAllConnections()
      })
    },
  }

  const tell = (event: string, data: unknown) => {
    for (const stream of streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }
  const transmit = (socket: WebSocket, frame: ConsoleDown) => socket.send(JSON.stringify(frame))
  const isSignedIn = (headers: { cookie?: string }) => headers.cookie?.includes(cookie) ?? false

  app.use((_request, response, next) => {
    response.setHeader(
      'content-security-policy',
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' data:; frame-ancestors 'none'",
    )
    next()
  })
  app.use('/api', (request, response, next) => {
    if (request.path === '/session') return next()
    if (!isSignedIn(request.headers)) return fail(response, 401, 'unauthorized', 'sign in first')
    if (request.method !== 'GET' && request.get('x-huitou-csrf') !== csrf) {
      return fail(response, 403, 'csrf', 'the csrf token is missing or old')
    }
    next()
  })
  app.get('/api/session', (request, response) => {
    response.json({
      signedIn: isSignedIn(request.headers),
      csrf: isSignedIn(request.headers) ? csrf : undefined,
      lang: 'zh',
    })
  })
  app.post('/api/session', express.json(), (request, response) => {
    if (wrongTries >= 3) {
      wrongTries = 0
      return fail(response, 429, 'too_many_tries', 'too many tries: wait 2 seconds')
    }
    if (request.body.password !== fakePassword) {
      wrongTries++
      return fail(response, 401, 'wrong_password', 'wrong password')
    }
    wrongTries = 0
    response
      .setHeader('set-cookie', `${cookie}; HttpOnly; SameSite=Strict; Path=/`)
      .json({ signedIn: true, csrf, lang: 'zh' })
  })
  app.delete('/api/session', (_request, response) => {
    response.setHeader('set-cookie', 'huitou=; Max-Age=0; Path=/').json({ signedIn: false, lang: 'zh' })
  })
  app.get('/api/overview', (_request, response) => void response.json(fake.overview))
  app.get('/api/scenes', (_request, response) => void response.json({ scenes }))
  app.get('/api/presets', (_request, response) => void response.json(fake.presets))
  const keepPreset = (preset: PresetList['presets'][number]) => {
    const others = fake.presets.presets.filter(({ name }) => name !== preset.name)
    const { file } = fake.presets.presets.find(({ name }) => name === preset.name) ?? {}
    const kept = { ...preset, file, edited: { by: 'admin', at: Date.now() } }
    fake.presets.presets = [...others, kept].toSorted((one, other) => (one.name < other.name ? -1 : 1))
    return kept
  }
  app.post('/api/presets', express.json(), (request, response) => {
    if (fake.presets.presets.some(({ name }) => name === request.body.name))
      return fail(response, 409, 'preset_exists', 'there is one')
    response.status(201).json(keepPreset(request.body))
  })
  app.put('/api/presets/:name', express.json(), (request, response) => {
    response.json(keepPreset({ ...request.body, name: request.params.name }))
  })
  app.delete('/api/presets/:name', (request, response) => {
    fake.presets.presets = fake.presets.presets.flatMap((preset) => {
      if (preset.name !== request.params.name) return [preset]
      return preset.file === undefined ? [] : [{ name: preset.name, file: preset.file, text: '文件里的内容' }]
    })
    response.status(204).end()
  })
  app.get('/api/console/chats', (_request, response) => void response.json({ chats }))
  app.get('/api/live', (_request, response) => {
    if (fake.mood === 'away') return fail(response, 503, 'away', 'away')
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    streams.add(response)
    response.on('close', () => streams.delete(response))
    response.write(`event: overview\ndata: ${JSON.stringify(fake.overview)}\n\n`)
  })
  app.get('/api/tasks', (request, response) => void response.json(listOf([...fake.tasks.values()], request)))
  app.get('/api/tasks/:id', (request, response) => {
    const task = fake.tasks.get(request.params.id)
    if (!task) return fail(response, 404, 'not_found', 'no such task')
    response.json(task)
  })
  app.post('/api/tasks/:id/:action', express.json(), (request, response) => {
    const task = fake.tasks.get(request.params.id)
    if (!task) return fail(response, 404, 'not_found', 'no such task')
    const isCancel = request.params.action === 'cancel'
    const at = Date.now()
    if (request.params.action === 'replay') {
      const begun = replayOf(task, request.body?.dry === true, at)
      fake.put(begun)
      return void response.status(202).json(summaryOf(begun))
    }
    const event = { at, kind: isCancel ? ('cancelled' as const) : ('reopened' as const), text: 'admin' }
    const change = isCancel
      ? { state: 'cancelled' as const, endedAt: at }
      : { state: 'waiting' as const, endedAt: undefined, ...(request.body?.fresh === true && { steps: [] }) }
    fake.put({ ...task, ...change, why: isCancel ? '管理员取消' : undefined, timeline: [...task.timeline, event] })
    response.status(202).json({})
  })
  takeUsage(app, [])
  takeSchedules(app, fake.schedules)
  app.post('/api/files', express.raw({ type: () => true, limit: '20mb' }), (request, response) => {
    const fileId = `f-${files.size + 1}`
    const name = decodeURIComponent(request.get('x-file-name') ?? 'file')
    const type = request.get('content-type') ?? 'application/octet-stream'
    files.set(fileId, { type, bytes: request.body })
    response.json({ fileId, name, type, bytes: request.body.length })
  })
  app.get('/api/files/:id', (request, response) => {
    const file = files.get(request.params.id)
    if (!file) return fail(response, 404, 'not_found', 'no such file')
    response.type(file.type).send(file.bytes)
  })
  app.use(express.static(dist))
  app.use((request, response) => {
    if (request.path.startsWith('/api/')) return fail(response, 404, 'not_found', 'no such route')
    response.sendFile('index.html', { root: dist })
  })

  server.on('upgrade', (request, socket, head) => {
    if (!isSignedIn(request.headers) || fake.mood === 'away') return socket.destroy()
    sockets.handleUpgrade(request, socket, head, (client) => {
      opened.set(client, new Set())
      client.on('close', () => opened.delete(client))
      client.on('message', (data) => receive(client, consoleUpSchema.parse(JSON.parse(String(data)))))
    })
  })

  const receive = (client: WebSocket, frame: ConsoleUp) => {
    const { channel, chat } = frame
    if (frame.kind === 'open') {
      opened.get(client)?.add(`${channel}:${chat}`)
      for (const bubble of bubbles.get(`${channel}:${chat}`) ?? []) {
        if (bubble.seq > frame.after) transmit(client, { kind: 'bubble', channel, chat, bubble })
      }
      return
    }
    fake.heard.push(frame)
    if (fake.mood === 'deaf') return
    if (frame.parts.some((part) => part.kind === 'text' && part.text === 'refuse me')) {
      return transmit(client, { kind: 'refused', id: frame.id, why: '消息太长' })
    }
    if (!accepted.has(frame.id)) accepted.set(frame.id, answerOf(fake, frame, speed, controller.signal))
    transmit(client, { kind: 'accepted', id: frame.id, taskId: accepted.get(frame.id) })
  }

  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  // A listening TCP server has an AddressInfo.
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return fake
}

/** A replay that has ended already, and says something else. */
function replayOf(task: TaskDetail, dry: boolean, at: number): TaskDetail {
  const of = { id: task.id, number: task.number ?? 0 }
  const lines = [
    { kind: 'both', text: '本周报表' },
    { kind: 'old', text: '共 12 条' },
    { kind: 'new', text: '共 13 条' },
  ] as const
  return {
    ...task,
    id: `replay-${task.id}`,
    number: 9000,
    state: 'done',
    replays: of,
    isDry: dry || undefined,
    createdAt: at,
    startedAt: at,
    endedAt: at,
    why: undefined,
    timeline: [{ at, kind: 'replays', text: `#${of.number}` }],
    deliveries: [],
    steps: [],
    replay: {
      of,
      isDry: dry,
      was: { state: task.state },
      answers: [
        { name: 'answer', state: 'changed', lines: [...lines] },
        { name: 'chart', state: 'same', lines: [{ kind: 'both', text: '[image chart.png]' }] },
      ],
    },
  }
}

function listOf(all: TaskDetail[], request: Request): { tasks: TaskSummary[]; next?: number } {
  const ask = (key: string) => new URL(request.url, 'http://fake').searchParams.get(key) ?? ''
  const states = ask('state') ? ask('state').split(',') : undefined
  const limit = Number(ask('limit') || 50)
  const before = Number(ask('before') || Number.POSITIVE_INFINITY)
  const fitting = all
    .filter(({ state, channel, command, createdAt, text, id, sender, number }) => {
      if (states && !states.includes(state)) return false
      if (ask('channel') && ask('channel') !== channel) return false
      if (ask('command') && ask('command') !== command) return false
      if (ask('user') && ask('user') !== `${channel}:${sender.id}`.toLowerCase()) return false
      return orderOf({ number, createdAt }) < before && (text.includes(ask('q')) || id.includes(ask('q')))
    })
    .sort((a, b) => orderOf(b) - orderOf(a))
  const page = fitting.slice(0, limit)
  return { tasks: page.map(summaryOf), next: fitting.length > limit ? page.at(-1)?.number : undefined }
}

/** Those without a number come before all others. */
function orderOf({ number, createdAt }: { number?: number; createdAt: number }): number {
  return number ?? createdAt
}

function summaryOf({
  timeline: _timeline,
  steps: _steps,
  deliveries: _deliveries,
  replay: _replay,
  ...summary
}: TaskDetail): TaskSummary {
  return summary
}

function fail(response: Response, status: number, code: string, message: string): void {
  response.status(status).json({ error: { code, message } })
}
