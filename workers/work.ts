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
import { openTaskWatch } from '../src/engine/task-watch.ts'
import type { Installation } from '../src/installation.ts'
import { TASK_TOPIC } from '../src/task-changes.ts'
import { deliveriesWorker } from './deliveries.ts'
import { openMedia } from './media.ts'
import { openModelPorts } from './model-ports.ts'
import { openRowTurns } from './rows.ts'
import { startSweeper } from './sweeper.ts'
import { type LaneOrder, tasksWorker } from './tasks.ts'

/** How many built-in commands run side by side. */
const CONTROL_AT_ONCE = 8
/** How much one person's commands of a lane wait for one another. */
const laneOrders: Readonly<Record<string, LaneOrder>> = { short: 'turns' }
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
  const watch = openTaskWatch()
  const stopHearing = await store.signals.subscribe(TASK_TOPIC, (payload) => {
    // Published by `taskChanges`, in any process of ours.
    watch.heard((payload as { ids: string[] }).ids)
  })
  const { mcp, tools, pictures } = openModelPorts(installation, watch)
  const chatter = openChatter(config.llm, {
    conversations: store.conversations,
    presets: installation.presets,
    ledger: installation.ledger,
    now: installation.now,
    log,
  })
  const engine: Engine = {
    store,
    catalog: installation.catalog,
    slots: (lane) => slots.get(lane),
    builtins: installation.builtins,
    say: installation.say,
    draft: outbox.draftForTask,
    act: actIn(channels),
    media: openMedia(installation),
    scratch,
    languages: installation.languages,
    chatter,
    tools,
    pictures,
    cancels,
    access: installation.access,
    admins: config.admins,
    graceMs: config.limits.graceMs,
    ended: installation.desk.ended,
    changed(taskId) {
      installation.changed(taskId)
      watch.heard([taskId])
    },
    now: installation.now,
    log,
  }
  const { overlapOf, interrupt, now } = installation
  const rowTurns = openRowTurns({ rows: store.rows, tasks, overlapOf, interrupt, now, log })
  const ports = { shares: store.shares, held, rowTurns, tasks }
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
    call: tasks.hurry,
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
      // Who stops does not wait for long: what is cut off is forgotten, the conversation goes on.
      await settledWithin(chatter.idle(), config.limits.graceMs)
      await Promise.all([...slots.values()].map((lane) => lane.close()))
      await scratch.close()
      await Promise.all([mcp.close(), stopListening(), stopHearing()])
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
