import { Router } from 'express'
import type { Channel } from '../channels/channel.ts'
import { StoreUnavailableError } from '../core/errors.ts'
import type { Store } from '../store/store.ts'
import type { Metrics } from './metrics.ts'

export interface HealthPorts {
  store: Pick<Store, 'kind' | 'ping'>
  channels: ReadonlyMap<string, Channel>
  metrics: Metrics
}

/** `/healthz` (this process lives), `/readyz` (the store answers; which channels are down), `/metrics`. */
export function healthRoutes({ store, channels, metrics }: HealthPorts): Router {
  const router = Router()
  router.get('/healthz', (_req, res) => {
    res.json({ status: 'alive' })
  })
  router.get('/readyz', async (_req, res) => {
    const isStoreUp = await store.ping().then(
      () => true,
      () => false,
    )
    const down = [...channels.values()].flatMap((channel) => {
      const found = channel.down()
      return found === undefined ? [] : [{ id: channel.id, ...found }]
    })
    // A channel that is down is told, but other channels still want this process.
    res
      .status(isStoreUp ? 200 : 503)
      .json({ status: isStoreUp ? 'ready' : 'not ready', store: { kind: store.kind, up: isStoreUp }, down })
  })
  router.get('/metrics', async (_req, res) => {
    try {
      const { type, body } = await metrics.page()
      res.set('content-type', type).end(body)
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
      res.status(503).json({ error: { code: 'store_unavailable', message: error.message } })
    }
  })
  return router
}
