import type { Worker } from 'bullmq'
import type { Config } from '../../config/config.ts'
import { keepPlaces } from '../../workers/attempt-keys.ts'
import { deliveriesWorker } from '../../workers/deliveries.ts'
import { openKeyedTurns } from '../../workers/ordering-keys.ts'
import { startSchedules } from '../../workers/schedules.ts'
import { scratchChore, startSweeper } from '../../workers/sweeper.ts'
import { tasksWorker } from '../../workers/tasks.ts'
import { retryWhileUnavailable } from '../core/retry-while-unavailable.ts'
import { settledWithin } from '../core/settled-within.ts'
import { CONTROL_LANE, laneOf } from '../core/task/lane.ts'
import type { Outcome } from '../core/task/outcome.ts'
import { whyOf } from '../core/text/why.ts'
import { configuredSchedules } from './adapters/scheduled.ts'
import { type AttemptSidePorts, openAttemptSide } from './attempt-side.ts'
import type { EngineSide } from './engine-side.ts'
import { lanesChore, warnOfLanes } from './lanes.ts'
import type { Stopping } from './machine/stopping.ts'
import type { StoreSide } from './store-side.ts'
import type { TalkSide } from './talk-side.ts'

/** What a forced stop may take beyond the drain. */
const FORCED_MS = 5_000

export interface Working {
  /** How attempts ended, since the start. */
  tally(): Readonly<{ ended: number; failed: number }>
  stop(stopping: Stopping): Promise<void>
}

export type WorkingPorts = AttemptSidePorts &
  Pick<StoreSide, 'backend'> &
  Pick<TalkSide, 'wakes' | 'held'> &
  Pick<EngineSide, 'overlapOf' | 'interrupt' | 'takeScheduled'>

/** Runs the lanes and the outboxes until it is stopped. */
export async function startWorking(config: Config, ports: WorkingPorts, lanes: readonly string[]): Promise<Working> {
  const { store, backend, channels, outbox, tasks, wakes, held, interrupt, overlapOf, now, log } = ports
  warnOfLanes(config, ports)
  const attempts = await openAttemptSide(config, ports, lanes)
  const keyedTurns = openKeyedTurns({ orderingKeys: store.orderingKeys, tasks, overlapOf, interrupt, now, log })
  const tally = { ended: 0, failed: 0 }
  const count = ({ state }: Outcome): void => {
    if (state === 'snoozed' || state === 'waits') return
    tally.ended += 1
    if (state === 'failed') tally.failed += 1
  }
  const taskPorts = { store, shares: store.shares, held, keyedTurns, tasks, run: attempts.run, count, now, log }
  const working = [CONTROL_LANE, ...lanes].map((name) => {
    const { concurrency, order } = { ...laneOf(name), ...config.lanes[name] }
    return { name, concurrency, order }
  })
  for (const { name, order } of working) {
    if (order !== 'turns') continue
    await retryWhileUnavailable(async () => keepPlaces(await tasks.begun(name), { store, now })).catch(
      (error: unknown) => {
        log.warn({ lane: name, error: whyOf(error) }, 'what dead workers had taken up may be done out of order')
      },
    )
  }
  const workers: Worker<unknown>[] = [
    ...working.map((lane) => tasksWorker(backend, lane, taskPorts)),
    ...[...channels.keys()].map((channel) => deliveriesWorker(backend, channel, outbox)),
  ]
  const stopSweeper = startSweeper({
    store,
    enqueue: tasks.add,
    promote: tasks.promote,
    wakes,
    holder: ports.processId,
    leaseMs: config.limits.leaseMs,
    others: [lanesChore(config, ports), scratchChore(attempts.scratch)],
    now,
    log,
  })
  const stopSchedules = startSchedules({
    configured: configuredSchedules(config),
    store,
    access: ports.access,
    take: ports.takeScheduled,
    say: outbox.push,
    languages: ports.languages,
    now,
    log,
  })

  return {
    tally: () => tally,
    /**
     * Takes nothing new. Short tasks may end, others stop before their next step and go on in another process. What has
     * done neither in time is aborted, and goes on there too.
     */
    async stop(stopping) {
      attempts.park()
      // Beside the drain: while the store is away they may take all the time there is.
      const others = [
        stopping.close('the sweeper', () => stopSweeper()),
        stopping.close('the schedules', () => stopSchedules()),
      ]
      const closing = Promise.allSettled(workers.map((worker) => worker.close()))
      if (!(await settledWithin(closing, config.limits.drainMs))) {
        log.info({}, 'running tasks are handed over')
        attempts.abort()
        await stopping.close('the workers', async () => {
          const isClosed = await settledWithin(closing, config.limits.graceMs + FORCED_MS)
          if (!isClosed) throw new Error('a task went on after it was handed over')
        })
      }
      await Promise.all(others)
      await stopping.close('what is being sent', () => outbox.idle())
      await attempts.close(stopping)
    },
  }
}
