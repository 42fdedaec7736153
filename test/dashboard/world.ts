import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { consoleChannel } from '../../src/channels/console/index.ts'
import { consoleRooms } from '../../src/channels/console/people.ts'
import type { Catalog } from '../../src/core/command/catalog.ts'
import type { Delivery } from '../../src/core/delivery/delivery.ts'
import { StoreUnavailableError } from '../../src/core/errors.ts'
import { personKey } from '../../src/core/message/address.ts'
import type { Message } from '../../src/core/message/message.ts'
import { readMoment } from '../../src/core/schedule/moment.ts'
import type { NewRun } from '../../src/core/task/run.ts'
import type { Task } from '../../src/core/task/task.ts'
import { type ApiPorts, consoleSocket, dashboardApi } from '../../src/dashboard/api/index.ts'
import type { Session } from '../../src/dashboard/api/shapes.ts'
import { openBudgetControl } from '../../src/engine/llm/budget-control.ts'
import { openRaises } from '../../src/engine/llm/raises.ts'
import { openUsage } from '../../src/engine/llm/usage.ts'
import { openAccess } from '../../src/engine/people/access.ts'
import { openPresets, type PresetPorts } from '../../src/engine/presets/presets.ts'
import { openScheduleControl } from '../../src/engine/schedules/schedule-control.ts'
import type { Store } from '../../src/store/store.ts'
import { unlimited } from '../engine/workshop.ts'
import { anEmbeddedStore } from '../fakes/embedded-store.ts'

export const password = 'correct horse 电池'
export const token = 'a-token-of-the-api'
const day = 24 * 60 * 60_000

export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came back
  body: any
}

export interface Call {
  method?: string
  headers?: Record<string, string>
  json?: unknown
  body?: BodyInit
}

/** The API and the console's socket over a real store, with what lies behind the ports kept to be looked at. */
export interface World {
  url: string
  ports: ApiPorts
  store: Store
  /** Every operation of the store fails while this is set. */
  isStoreAway: boolean
  /** Tasks that wait without a record. */
  queued: Task[]
  accepted: Message[]
  logged: { fields: object; text: string }[]
  /** Added to the clock. */
  skewMs: number
  call(path: string, options?: Call): Promise<Answer>
  /** With the API token. */
  callAs(path: string, options?: Call): Promise<Answer>
  signIn(): Promise<{ cookie: string; csrf: string }>
  /** A second server on the same store, as after a restart with another config. */
  again(config: Partial<ApiPorts['config']>, ports?: Partial<ApiPorts>): Promise<World>
  close(): Promise<void>
}

export async function aWorld(config: Partial<ApiPorts['config']> = {}): Promise<World> {
  const store = await anEmbeddedStore()
  const world = await serveWorld(store, config)
  const { close } = world
  world.close = async () => {
    await close()
    await store.close()
  }
  return world
}

async function serveWorld(
  kept: Store,
  config: Partial<ApiPorts['config']>,
  over: Partial<ApiPorts> = {},
): Promise<World> {
  const queued: Task[] = []
  const accepted: Message[] = []
  const logged: World['logged'] = []
  const now = (): number => Date.now() + world.skewMs
  const log = (fields: object, text: string): void => void logged.push({ fields, text })
  const store = awayWhen(kept, () => world.isStoreAway)
  const channels = [
    consoleChannel({
      now,
      append: (...given) => store.conversations.append(...given),
      publish: (...given) => store.signals.publish(...given),
    }),
    { id: 'api', platform: 'api' },
    { id: 'staff', platform: 'wecom-app', down: () => ({ since: 1, why: 'trusted IP' }) },
  ]
  const counted = {
    counters: store.counters,
    raises: openRaises(store.settings, now),
    budgets: { ...unlimited, person: { tokens: 1_000, warnAt: 0.8 } },
    timeZone: 'Asia/Shanghai',
    now,
  }
  const budgets = openBudgetControl({ ...counted, usage: openUsage(counted), grants: store.grants })
  const access = openAccess({ grants: store.grants, catalog: () => catalog, admins: [], configured: [], now })
  const schedules = openScheduleControl({
    store,
    take: async (message) => void (await ports.accept(message)),
    catalog: () => catalog,
    prefixes: {},
    access,
    hasChannel: (id) => channels.some((channel) => channel.id === id),
    admins: [],
    now,
  })
  const ports: ApiPorts = {
    config: {
      adminPassword: password,
      apiTokens: [token],
      lang: 'zh',
      limits: { filesKeptMs: day },
      simulators: {},
      ...config,
    },
    version: '0.1.0',
    startedAt: Date.now(),
    store,
    channels,
    platformTitle: (platform) => (platform === 'wecom-app' ? { zh: '企业微信', en: 'WeCom' } : undefined),
    rooms: consoleRooms,
    catalog: () => catalog,
    presets: {
      ...openPresets({
        settings: store.settings,
        files: presetFiles,
        defaults: () => [],
        now,
        log: { debug: log, info: log, warn: log, error: log },
      }),
      usual: 'one',
    },
    schedules: { ...schedules, timeZone: 'Asia/Shanghai' },
    now,
    log: { info: log, warn: log, error: log },
    readDate: (text, edge) => readMoment(text, 'Asia/Shanghai', now(), edge),
    laneCounts: async () => [
      { name: 'short', concurrency: 4, waiting: queued.length, active: 0, delayed: 0, failed: 0 },
    ],
    waitingTasks: async ({ q }, limit) =>
      queued.filter(({ id, message }) => q === undefined || id === q || message.text.includes(q)).slice(0, limit),
    async accept(message) {
      await store.runs.create(runOf(message), now())
      accepted.push(message)
      await store.signals.publish('task', { ids: [message.id] })
      return { taskId: message.id }
    },
    async say({ id, to, parts, taskId }) {
      const [at, expiresAt] = [now(), now() + day]
      const deliveries: Delivery[] = parts.map((part, place) => ({
        id: `${id}-${place}`,
        to,
        part,
        taskId,
        createdAt: at,
        expiresAt,
      }))
      await store.outbox.offer(deliveries, {})
      return { deliveryIds: deliveries.map(({ id }) => id) }
    },
    cancel: async (id, by) => (await store.runs.cancel(id, 'by an operator', by, now())) !== undefined,
    retry: (id, by, options) => store.runs.reopen(id, [{ at: now(), kind: 'reopened', text: by }], now(), options),
    replay: async () => undefined,
    replayed: async () => undefined,
    usage: (days) => budgets.usage(days),
    raiseBudget: (request) => budgets.raise(request),
    resend: (id) => store.outbox.resend(id, now() + day, now()),
    ...over,
  }

  async function call(path: string, { method, headers, json, body }: Call = {}): Promise<Answer> {
    const response = await fetch(world.url + path, {
      method: method ?? (json === undefined && body === undefined ? 'GET' : 'POST'),
      headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: json === undefined ? body : JSON.stringify(json),
    })
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? await response.json() : await response.text(),
    }
  }

  const world: World = {
    url: '',
    ports,
    store: kept,
    queued,
    accepted,
    logged,
    isStoreAway: false,
    skewMs: 0,
    call,
    callAs: (path, options = {}) =>
      call(path, { ...options, headers: { authorization: `Bearer ${token}`, ...options.headers } }),
    async signIn() {
      const { headers, body } = await call('/api/session', { json: { password: ports.config.adminPassword } })
      // The shape that the API promises for 200.
      const { csrf = '' } = body as Session
      return { cookie: headers.get('set-cookie')?.split(';')[0] ?? '', csrf }
    },
    again: (other, ports) => serveWorld(kept, other, ports),
    async close() {
      consoles.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  const consoles = consoleSocket(ports)
  const server = createServer(express().use(dashboardApi(ports)))
  server.on('upgrade', (request, socket, head) => {
    if (!consoles.upgrade(request, socket, head)) socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // Listening on a port, its address is an object.
  world.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return world
}

export function aMessage(id: string, text: string, over: Partial<Message> = {}): Message {
  return {
    id,
    from: { channel: 'staff', chat: 'zhangsan', chatKind: 'private' },
    sender: { id: 'zhangsan', name: '张三' },
    text,
    parts: [{ kind: 'text', text }],
    receivedAt: Date.now(),
    ...over,
  }
}

export function aTask(message: Message): Task {
  const [scene = '', command = '', ...words] = message.text.split(' ')
  return { id: message.id, lane: 'short', route: { scene, command, rest: words.join(' ') }, message, priority: 0 }
}

export function runOf(message: Message): NewRun {
  const owner = personKey(message.from.channel, message.sender.id)
  return { id: message.id, task: aTask(message), owner, events: [{ at: message.receivedAt, kind: 'received' }] }
}

/** The same store, whose operations throw as they do when it cannot be reached. */
function awayWhen<T extends object>(part: T, isAway: () => boolean): T {
  return new Proxy(part, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value === 'object' && value !== null) return awayWhen(value, isAway)
      if (typeof value !== 'function') return value
      return async (...given: unknown[]) => {
        if (isAway()) throw new StoreUnavailableError('the store is away')
        return value.apply(target, given)
      }
    },
  })
}

const presetFiles: PresetPorts['files'] = {
  presets: () => new Map([['one', { preset: { name: 'one', text: 'From a file.' }, file: 'config/presets/one.md' }]]),
  faults: () => [{ file: 'config/presets/bad.md', line: 2, message: 'temperature: must be from 0 to 2' }],
}

const catalog: Catalog = {
  scenes: [
    {
      name: 'demo',
      summary: { zh: '演示', en: 'Demo' },
      isPublic: true,
      file: 'src/scenes/public/demo.ts',
      commands: [
        {
          scene: 'demo',
          name: 'sleep',
          summary: { zh: '睡', en: 'Sleep' },
          args: [
            { name: 'seconds', optional: false, rest: false },
            { name: 'note', optional: true, rest: true },
          ],
          lane: 'long',
          timeoutMs: 60_000,
          attempts: 3,
          aliases: [],
          triggers: [],
        },
      ],
    },
  ],
  faults: [{ file: 'scenes/broken.ts', line: 3, message: 'Unexpected token' }],
}
