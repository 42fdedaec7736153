import { createServer } from 'node:http'
import express from 'express'
import type { Config } from '../../config/config.ts'
import { CHORE_BOOK } from '../core/chore-book.ts'
import { TOTAL_BOOK } from '../core/model/usage.ts'
import { consoleSocket, dashboardApi } from '../dashboard/api/index.ts'
import { dashboardPages } from '../dashboard/pages.ts'
import { takeCallbacks } from '../ingress/callbacks.ts'
import { fileLinks } from '../ingress/file-links.ts'
import { healthRoutes } from '../ingress/health.ts'
import { openMetrics } from '../ingress/metrics.ts'
import { takeSockets } from '../ingress/sockets.ts'
import { linkKey } from '../store/link-key.ts'
import type { Door } from '../web/door.ts'
import { type ApiSidePorts, apiPortsOf } from './adapters/api-ports.ts'
import { listenToChannels } from './adapters/channel-listening.ts'
import { openReplays, type ReplayPorts } from './adapters/replays.ts'
import { openReceptionSide, type ReceptionPorts } from './reception-side.ts'

/** How long open requests may take after a stop, before they are cut off. */
const CUT_OFF_MS = 2_000

export interface Served {
  url: string
  stop(): Promise<void>
}

export type ServingPorts = ReceptionPorts & ReplayPorts & ApiSidePorts

/** Takes callbacks and sockets, and serves the API, the dashboard and the console. Resolves when it listens. */
export async function startServing(config: Config, ports: ServingPorts, version: string, door: Door): Promise<Served> {
  const { store, channels, now, log } = ports
  const { accepting, reception, waiting, lateNotices, held } = await openReceptionSide(config, ports)
  const replays = openReplays(ports, accepting)
  const api = apiPortsOf(config, ports, { reception, replays }, version)
  const metrics = openMetrics({
    laneCounts: api.laneCounts,
    waitingDeliveries: store.outbox.waiting,
    llmTotals: () => store.counters.read(TOTAL_BOOK, now()),
    choreFailures: () => store.counters.read(CHORE_BOOK, now()),
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
  const listening = listenToChannels({ channels, waiting, take: reception.take, log })

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
      const timer = setTimeout(() => server.closeAllConnections(), CUT_OFF_MS)
      await left
      clearTimeout(timer)
    },
  }
}
