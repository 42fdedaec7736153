import { createServer } from 'node:http'
import express from 'express'
import { CONTROL_LANE, QUICK_LANES } from '../../queues/tasks.ts'
import { SENT_FILE_KEPT_MS, sentFileName } from '../core/message/sent-file.ts'
import { TOTAL_BOOK } from '../core/model/usage.ts'
import { rowOf } from '../core/task/row.ts'
import { newRunOf } from '../core/task/run.ts'
import type { Task } from '../core/task/task.ts'
import { whyOf } from '../core/text/why.ts'
import { consoleSocket, dashboardApi } from '../dashboard/api/index.ts'
import { dashboardPages } from '../dashboard/pages.ts'
import type { AcceptPorts } from '../ingress/accept.ts'
import { takeCallbacks } from '../ingress/callbacks.ts'
import { fairShare } from '../ingress/fair-share.ts'
import { fileLinks } from '../ingress/file-links.ts'
import { healthRoutes } from '../ingress/health.ts'
import { openHeldReplies } from '../ingress/held-replies.ts'
import { openLateNotices } from '../ingress/late-notices.ts'
import { openMetrics } from '../ingress/metrics.ts'
import { openReception } from '../ingress/reception.ts'
import { takeSockets } from '../ingress/sockets.ts'
import { openWaitingRooms } from '../ingress/waiting-rooms.ts'
import { linkKey } from '../store/link-key.ts'
import type { Door } from '../web/door.ts'
import { apiPortsOf } from './api-ports.ts'
import type { Installation } from './installation.ts'
import { openReplays } from './replay/replays.ts'

/** Lanes whose commands mostly answer before anybody wonders: notice is given when they do not. */
const LATE_LANES: ReadonlySet<string> = new Set(['llm'])

/** Lanes in which one of a person's tasks in a chat is done at a time, by whichever process. */
const ROW_LANES: ReadonlySet<string> = new Set(['llm'])

export interface Served {
  url: string
  stop(): Promise<void>
}

/** Takes callbacks and sockets, and serves the API, the dashboard and the console. Resolves when it listens. */
export async function startServe(installation: Installation, version: string, door: Door): Promise<Served> {
  const { config, log, store, channels, outbox, tasks, looks, now } = installation
  const held = await openHeldReplies({
    by: installation.processId,
    outbox: store.outbox,
    signals: store.signals,
    look: (line, at) => looks.look(line, at, now()),
    now,
    log,
  })
  installation.holdHere(held)

  async function join(task: Task): Promise<void> {
    if (task.row === undefined) return
    const { created, run } = await store.rows.join(newRunOf(task), task.row, now())
    if (!created || installation.overlapOf(task.message.from.channel).mode !== 'interrupt') return
    // Not waited for: the acknowledgement is, and what fails here is done by the worker that takes it up.
    installation.interrupt(run).catch((error: unknown) => {
      log.warn({ taskId: task.id, error: whyOf(error) }, 'an earlier question was not interrupted yet')
    })
  }

  /** In its row, or else in its lane. */
  async function ahead(task: Task): Promise<number> {
    const [inRow, inLane] = await Promise.all([
      task.row === undefined ? 0 : store.rows.ahead(task.row, task.id),
      tasks.ahead(task),
    ])
    return Math.max(inRow, inLane)
  }

  const lateNotices = openLateNotices({
    afterMs: config.llm.noticeAfterMs,
    runs: store.runs,
    ahead,
    say: outbox.push,
    languageOf: installation.languages.of,
    now,
    log,
  })
  const accepting: AcceptPorts = {
    catalog: installation.catalog,
    prefixes: config.prefixes,
    defaultLane: CONTROL_LANE,
    lanes: new Set([CONTROL_LANE, ...Object.keys(config.lanes)]),
    share: fairShare(store.shares, QUICK_LANES, await isBehind(tasks), now),
    rowOf: (lane, message) => (ROW_LANES.has(lane) ? rowOf(message, config.llm.memory) : undefined),
  }
  const reception = openReception({
    ...accepting,
    quickLanes: QUICK_LANES,
    lateLanes: LATE_LANES,
    lateNotices,
    join,
    enqueue: tasks.add,
    held,
    by: installation.processId,
    runs: store.runs,
    ahead: tasks.ahead,
    noteFile: async (message, file) => {
      const noted = JSON.stringify({ at: message.receivedAt, part: file })
      const until = message.receivedAt + SENT_FILE_KEPT_MS
      await store.settings.set(sentFileName(message.from, message.sender.id), noted, until)
    },
    sendStranded: outbox.sendStranded,
    say: outbox.push,
    languageOf: installation.languages.of,
    now,
  })

  const waiting = openWaitingRooms({ channels, take: reception.take, lang: config.lang, now, log })

  const replays = openReplays(installation, accepting)
  const api = apiPortsOf(installation, { reception, replays }, version)
  const metrics = openMetrics({
    laneCounts: api.laneCounts,
    waitingDeliveries: store.outbox.waiting,
    llmTotals: () => store.counters.read(TOTAL_BOOK, now()),
    waitingMessages: () => [...waiting].map(([channel, { size }]) => ({ channel, size })),
  })
  const app = express()
  app.disable('x-powered-by')
  app.enable('case sensitive routing')
  app.disable('etag')
  // The proxy of the same machine says who calls; nobody else is believed.
  app.set('trust proxy', 'loopback')
  // First and bare: an acknowledgement has no time for what pages need.
  takeCallbacks(app, { channels, reception, waiting, bodyBytes: config.limits.bodyBytes, onAck: metrics.ack, log })
  app.use(fileLinks({ files: store.files, key: () => linkKey(store.settings, now()), now }))
  app.use(healthRoutes({ store, channels, metrics }))
  app.use(dashboardApi(api))
  app.use(dashboardPages())

  const server = createServer(app)
  // Longer than proxies and platforms keep theirs: hanging up on a request that is on its way would lose it.
  server.keepAliveTimeout = 75_000
  const consoles = consoleSocket(api)
  const sockets = takeSockets({ channels, log })
  server.on('upgrade', (request, stream, head) => {
    if (!consoles.upgrade(request, stream, head) && !sockets.upgrade(request, stream, head)) stream.destroy()
  })
  const url = await door.open(server)
  const listening = new AbortController()
  for (const channel of channels.values()) {
    channel
      .listen?.(async (message) => {
        await (waiting.get(channel.id)?.take(message) ?? reception.take(message))
      }, listening.signal)
      .catch((error: unknown) => {
        log.error({ channel: channel.id, error: String(error) }, 'a channel stopped listening')
      })
  }

  return {
    url,
    /** Takes no new request, answers those that are held, and closes. */
    async stop() {
      lateNotices.close()
      const { left } = await door.close()
      await held.close()
      // Whoever is refused now hears of it by the sockets that are still open.
      await Promise.all([...waiting.values()].map((room) => room.close()))
      listening.abort()
      consoles.close()
      sockets.close()
      server.closeIdleConnections()
      const timer = setTimeout(() => server.closeAllConnections(), 2_000)
      await left
      clearTimeout(timer)
    },
  }
}

/** Whether tasks of a quick lane wait already, or are to come back from a dead worker. */
async function isBehind(tasks: Pick<Installation['tasks'], 'counts'>): Promise<boolean> {
  try {
    const counts = await Promise.all([...QUICK_LANES].map((lane) => tasks.counts(lane)))
    return counts.some(({ waiting, active, delayed }) => waiting + active + delayed > 0)
  } catch {
    // The store is away: who knows what waits there.
    return true
  }
}
