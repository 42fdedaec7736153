import { resolve } from 'node:path'
import type { Worker } from 'bullmq'
import { CONTROL_LANE, SHORT_LANE } from '../../queues/tasks.ts'
import { deliveriesWorker } from '../../workers/deliveries.ts'
import { openRowTurns } from '../../workers/rows.ts'
import { startSchedules } from '../../workers/schedules.ts'
import { startSweeper } from '../../workers/sweeper.ts'
import { type LaneOrder, tasksWorker } from '../../workers/tasks.ts'
import { keepPlaces } from '../../workers/turns.ts'
import { RejectedError } from '../core/errors.ts'
import { insist } from '../core/insist.ts'
import type { Outcome } from '../core/task/outcome.ts'
import type { Task } from '../core/task/task.ts'
import { whyOf } from '../core/text/why.ts'
import { openCancels } from '../engine/attempt/cancels.ts'
import { type AttemptPorts, runTask } from '../engine/attempt/run-task.ts'
import { CANCEL_TOPIC } from '../engine/control/task-control.ts'
import { openScratch } from '../engine/files/scratch.ts'
import { type OldSlots, openOldSlots } from '../engine/host/old-slots.ts'
import { openSlots, type Slots } from '../engine/host/slots.ts'
import { openChatter } from '../engine/llm/chatter.ts'
import { openTaskWatch } from '../engine/waiting/task-watch.ts'
import { sourcesOf } from '../scenes/pack.ts'
import type { Installation } from './installation.ts'
import { openMedia } from './media.ts'
import { openModelPorts } from './model-ports.ts'
import { configuredSchedules } from './scheduled.ts'
import { TASK_TOPIC } from './task-changes.ts'

/** How many built-in commands run side by side. */
const CONTROL_AT_ONCE = 8
/** How much one person's commands of a lane wait for one another. */
const laneOrders: Readonly<Record<string, LaneOrder>> = { [CONTROL_LANE]: 'turns', [SHORT_LANE]: 'turns' }
/** What a forced stop may take beyond the drain. */
const FORCED_MS = 5_000

export interface Working {
  /** How attempts ended, since the start. */
  tally(): Readonly<{ ended: number; failed: number }>
  stop(): Promise<void>
}

/** Runs the lanes and the outboxes until it is stopped. */
export async function startWork(installation: Installation, lanes: readonly string[]): Promise<Working> {
  const { config, log, store, backend, channels, outbox, tasks, looks, held } = installation
  const parking = new AbortController()
  const shutdown = new AbortController()
  const cancels = openCancels()
  const stopListening = await store.signals.subscribe(CANCEL_TOPIC, (payload) => {
    // Published by the desk, in any process of ours.
    cancels.cancel((payload as { id: string }).id)
  })

  const slots = new Map<string, Slots>()
  const oldSlots = new Map<string, OldSlots>()
  for (const name of lanes) {
    const lane = config.lanes[name]
    if (lane === undefined)
      throw new Error(`there is no lane "${name}"; lanes are ${Object.keys(config.lanes).join(', ')}`)
    const options = {
      isolation: lane.isolation,
      size: lane.concurrency,
      memoryMb: lane.memoryMb,
      env: config.hostEnvironment,
      log,
    }
    slots.set(name, openSlots({ ...options, sources: installation.sources, isWarm: name === SHORT_LANE }))
    oldSlots.set(
      name,
      openOldSlots((sources) => openSlots({ ...options, sources: () => sources })),
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
  const engine: AttemptPorts = {
    store,
    catalog: installation.catalog,
    slots: (lane, old) =>
      old === undefined ? slots.get(lane) : oldSlots.get(lane)?.of(old.version, () => sourcesOf(old, config.scenes)),
    versions: installation.versions,
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
    leaseMs: config.limits.leaseMs,
    signal: installation.desk.signal,
    fanOut: installation.fanOut,
    parking: (lane) => (lane === SHORT_LANE ? undefined : parking.signal),
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
  const tally = { ended: 0, failed: 0 }
  const count = ({ state }: Outcome): void => {
    if (state === 'snoozed' || state === 'waits') return
    tally.ended += 1
    if (state === 'failed') tally.failed += 1
  }
  const run = (task: Task, turn: string | undefined) => runTask(task, engine, shutdown.signal, turn)
  const ports = { store, shares: store.shares, held, rowTurns, tasks, run, count, now, log }
  const working = [
    { name: CONTROL_LANE, concurrency: CONTROL_AT_ONCE },
    ...lanes.map((name) => ({ name, concurrency: config.lanes[name]?.concurrency ?? 1 })),
  ].map((lane) => ({ ...lane, order: laneOrders[lane.name] ?? 'together' }))
  for (const { name, order } of working) {
    if (order === 'together') continue
    await insist(async () => keepPlaces(await tasks.begun(name), engine)).catch((error: unknown) => {
      log.warn({ lane: name, error: whyOf(error) }, 'what dead workers had taken up may be done out of order')
    })
  }
  const workers: Worker<unknown>[] = [
    ...working.map((lane) => tasksWorker(backend, lane, ports)),
    ...[...channels.keys()].map((channel) => deliveriesWorker(backend, channel, outbox)),
  ]
  const stopSweeper = startSweeper({
    store,
    enqueue: tasks.add,
    call: tasks.hurry,
    looks,
    holder: installation.processId,
    leaseMs: config.limits.leaseMs,
    now: installation.now,
    log,
  })

  const stopSchedules = startSchedules({
    configured: configuredSchedules(config),
    store,
    access: installation.access,
    take: installation.takeScheduled,
    say: outbox.push,
    languages: installation.languages,
    now,
    log,
  })

  return {
    tally: () => tally,
    /**
     * Takes nothing new. Short tasks may end, others stop before their next step and go on in another process; what has done neither in time is aborted, and
     * goes on there too.
     */
    async stop() {
      parking.abort()
      await Promise.all([stopSweeper(), stopSchedules()])
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
      await Promise.all([...slots.values(), ...oldSlots.values()].map((lane) => lane.close()))
      await scratch.close()
      await Promise.all([mcp.close(), stopListening(), stopHearing()])
    },
  }
}

function actIn(channels: Installation['channels']): AttemptPorts['act'] {
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
