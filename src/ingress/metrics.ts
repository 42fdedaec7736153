import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { llmMetrics } from './llm-metrics.ts'

export interface MetricPorts {
  laneCounts(): Promise<{ name: string; waiting: number; active: number; delayed: number }[]>
  /** Deliveries that wait, by channel. */
  waitingDeliveries(): Promise<Record<string, number>>
  /** Messages that wait in memory for the store. */
  waitingMessages(): { channel: string; size: number }[]
  /** What models were used for since the installation was made. */
  llmTotals(): Promise<ReadonlyMap<string, number>>
  /** How often each chore has failed since the installation was made. */
  choreFailures(): Promise<ReadonlyMap<string, number>>
}

export interface Metrics {
  /** A callback was answered. */
  ack(channel: string, kind: string, ms: number): void
  /** The page in Prometheus' text form. */
  page(): Promise<{ type: string; body: string }>
}

/** What operators watch: acknowledgements here, queues and outboxes as the store tells them when asked. */
export function openMetrics(ports: MetricPorts): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const acks = new Histogram({
    name: 'huitou_ack_seconds',
    help: 'Time from a callback to its acknowledgement',
    labelNames: ['channel', 'kind'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2.5, 5],
    registers,
  })
  const refusals = new Counter({
    name: 'huitou_callbacks_refused_total',
    help: 'Callbacks that proved nothing (unverified) or could not be stored (unavailable)',
    labelNames: ['channel', 'kind'],
    registers,
  })
  const tasks = new Gauge({
    name: 'huitou_tasks',
    help: 'Tasks in a lane, by state',
    labelNames: ['lane', 'state'],
    registers,
  })
  const deliveries = new Gauge({
    name: 'huitou_deliveries_waiting',
    help: 'Deliveries that wait in an outbox',
    labelNames: ['channel'],
    registers,
  })
  const messages = new Gauge({
    name: 'huitou_messages_waiting',
    help: 'Messages that wait in memory because the store is away and their platform never sends again',
    labelNames: ['channel'],
    registers,
  })

  const chores = new Counter({
    name: 'huitou_chore_failures_total',
    help: 'How often a chore of the workers has failed, in all processes',
    labelNames: ['chore'],
    registers,
  })

  return {
    ack(channel, kind, ms) {
      acks.observe({ channel, kind }, ms / 1_000)
      if (kind === 'unverified' || kind === 'unavailable') refusals.inc({ channel, kind })
    },
    async page() {
      const [lanes, waiting, llm, failures] = await Promise.all([
        ports.laneCounts(),
        ports.waitingDeliveries(),
        ports.llmTotals(),
        ports.choreFailures(),
      ])
      for (const lane of lanes) {
        tasks.set({ lane: lane.name, state: 'waiting' }, lane.waiting)
        tasks.set({ lane: lane.name, state: 'active' }, lane.active)
        tasks.set({ lane: lane.name, state: 'delayed' }, lane.delayed)
      }
      for (const { channel, size } of ports.waitingMessages()) messages.set({ channel }, size)
      chores.reset()
      for (const [chore, count] of failures) chores.inc({ chore }, count)
      deliveries.reset()
      for (const [channel, count] of Object.entries(waiting)) deliveries.set({ channel }, count)
      return { type: registry.contentType, body: `${await registry.metrics()}${llmMetrics(llm)}` }
    },
  }
}
