import { resolve } from 'node:path'
import type { Worker } from 'bullmq'
import { CONTROL_LANE } from '../queues/tasks.ts'
import { RejectedError } from '../src/core/errors.ts'
import { openCancels } from '../src/engine/cancels.ts'
import { CANCEL_TOPIC } from '../src/engine/desk.ts'
import type { Engine } from '../src/engine/engine.ts'
import { openScratch } from '../src/engine/files/scratch.ts'
import { openSlots, type Slots } from '../src/engine/host/slots.ts'
import { openChatter } from '../src/engine/llm/chatter.ts'
import type { Installation } from '../src/installation.ts'
import { deliveriesWorker } from './deliveries.ts'
import { openMedia } from './media.ts'
import { startSweeper } from './sweeper.ts'
import { type LaneOrder, tasksWorker } from './tasks.ts'

/** How many built-in commands run side by side. */
const CONTROL_AT_ONCE = 8
/** How much one person's commands of a lane wait for one another. */
const laneOrders: Readonly<Record<string, LaneOrder>> = { short: 'turns', llm: 'parked' }
/** What a forced stop may take beyond the drain. */
const FORCED_MS = 5_000

/** Runs the lanes and the outboxes until it is stopped. */
export async function startWork(
  installation: Installation,
  lanes: readonly string[],
): Promise<{ stop(): Promise<void> }> {
  const { config, log, store, backend, channels, outbox, tasks, looks, held } = installation
  const shutdown = new AbortController()
  const cancels = openCancels()
  const stopListening = await store.signals.subscribe(CANCEL_TOPIC, (payload) => {
    // Published by the desk, in any process of ours.
    cancels.cancel((payload as { id: string }).id)
  })

  const slots = new Map<string, Slots>()
  for (const name of lanes) {
    const lane = config.lanes[name]
    if (lane === undefined)
      throw new Error(`there is no lane "${name}"; lanes are ${Object.keys(config.lanes).join(', ')}`)
    slots.set(
      name,
      openSlots({
        isolation: lane.isolation,
        size: lane.concurrency,
        memoryMb: lane.memoryMb,
        sources: installation.sources,
        env: config.hostEnvironment,
        isWarm: name === 'short',
        log,
      }),
    )
  }
  installation.onCatalog(() => {
    for (const lane of slots.values()) lane.renew()
  })

  const scratch = await openScratch(resolve(config.dataDir, 'scratch'), installation.processId, installation.now)
  const engine: Engine = {
    store,
    catalog: installation.catalog,
    slots: (lane) => slots.get(lane),
    builtins: installation.builtins,
    say: outbox.sayForTask,
    act: actIn(channels),
    media: openMedia(installation),
    scratch,
    languages: installation.languages,
    chatter: openChatter(config.llm, store.conversations),
    cancels,
    access: installation.access,
    admins: config.admins,
    graceMs: config.limits.graceMs,
    changed: installation.changed,
    now: installation.now,
    log,
  }
  const ports = { shares: store.shares, held, tasks }
  const workers: Worker<unknown>[] = [
    tasksWorker(
      backend,
      { name: CONTROL_LANE, concurrency: CONTROL_AT_ONCE, order: 'turns' },
      engine,
      ports,
      shutdown.signal,
    ),
    ...lanes.map((name) =>
      tasksWorker(
        backend,
        { name, concurrency: config.lanes[name]?.concurrency ?? 1, order: laneOrders[name] ?? 'together' },
        engine,
        ports,
        shutdown.signal,
      ),
    ),
    ...[...channels.keys()].map((channel) => deliveriesWorker(backend, channel, outbox)),
  ]
  const stopSweeper = startSweeper({
    store,
    enqueue: tasks.add,
    looks,
    holder: installation.processId,
    now: installation.now,
    log,
  })

  return {
    /** Takes nothing new, lets running tasks end for a while, parks the rest for another process. */
    async stop() {
      await stopSweeper()
      const closing = Promise.allSettled(workers.map((worker) => worker.close()))
      const drained = await settledWithin(closing, config.limits.drainMs)
      if (!drained) {
        log.info({}, 'running tasks are handed over')
        shutdown.abort()
        await settledWithin(closing, config.limits.graceMs + FORCED_MS)
      }
      await outbox.idle()
      await Promise.all([...slots.values()].map((lane) => lane.close()))
      await scratch.close()
      await stopListening()
    },
  }
}

function actIn(channels: Installation['channels']): Engine['act'] {
  return async (action, at, signal) => {
    const channel = channels.get(at.channel)
    if (channel?.act === undefined) throw new RejectedError(`no bot can do that on ${channel?.platform ?? at.channel}`)
    await channel.act(action, at, signal)
  }
}

async function settledWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  try {
    return await Promise.race([work.then(() => true as const), late])
  } finally {
    clearTimeout(timer)
  }
}
