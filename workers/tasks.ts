import { type Job, UnrecoverableError, type Worker } from 'bullmq'
import type { Backend } from '../queues/backend.ts'
import { laneQueueName, type TaskQueues, wakeSchema } from '../queues/tasks.ts'
import { chatKey, personKey } from '../src/core/address.ts'
import type { Held } from '../src/core/held.ts'
import { insist } from '../src/core/insist.ts'
import type { Outcome } from '../src/core/outcome.ts'
import { liveStates } from '../src/core/run.ts'
import { type Task, taskSchema } from '../src/core/task.ts'
import { whyOf } from '../src/core/why.ts'
import type { Engine } from '../src/engine/engine.ts'
import { runTask } from '../src/engine/run-task.ts'
import type { Shares } from '../src/store/store.ts'
import { openParking } from './parked.ts'
import { settle } from './settle.ts'
import { openTurns } from './turns.ts'

/** How long a parked task stays away when nobody calls it, because its process is gone. */
const PARKED_MS = 60_000

/**
 * What one person asks in one chat: `together`, side by side. `turns`: one after the other, waiting in their slots, for lanes whose commands
 * take a moment. `parked`: one after the other, and those that wait give their slots to others.
 */
export type LaneOrder = 'together' | 'turns' | 'parked'

/** The worker of one lane. A stop of the process reaches its tasks by `shutdown`. */
export function tasksWorker(
  backend: Backend,
  lane: { name: string; concurrency: number; order: LaneOrder },
  engine: Engine,
  ports: { shares: Shares; held: Held; tasks: Pick<TaskQueues, 'hurry' | 'wake'> },
  shutdown: AbortSignal,
): Worker<unknown> {
  const turns = openTurns()
  const parking = openParking((taskId) => {
    ports.tasks.hurry(lane.name, taskId).catch((error: unknown) => {
      engine.log.warn({ taskId, error: whyOf(error) }, 'a parked task was not called; it comes by itself')
    })
  })

  async function runInOrder(task: Task, job: Job<unknown>, token: string | undefined): Promise<Outcome> {
    const work = () => runTask(task, engine, shutdown)
    if (lane.order === 'together') return work()
    const key = turnOf(task)
    if (lane.order === 'turns') return turns.take(key, work)
    if (parking.enter(key, task.id, engine.now()))
      return work().finally(() => parking.leave(key, task.id, engine.now()))
    return settle(job, token, { state: 'snoozed', forMs: PARKED_MS }, engine.now())
      .finally(() => parking.park(key, task.id))
      .then(() => ({ state: 'snoozed', forMs: PARKED_MS }))
  }

  /** What a job is about; undefined when the run it should look at is over. */
  async function taskOf(job: Job<unknown>): Promise<Task | undefined> {
    const wake = wakeSchema.safeParse(job.data)
    if (wake.success) {
      const run = await engine.store.runs.find(wake.data.wakes)
      return run && liveStates.includes(run.state) ? { ...run.task, held: undefined, tag: 0 } : undefined
    }
    const task = taskSchema.safeParse(job.data)
    if (!task.success) throw new UnrecoverableError(`job ${job.id} holds no task: ${task.error.message}`)
    return task.data
  }

  const worker = backend.worker<unknown>(
    laneQueueName(lane.name),
    async (job: Job<unknown>, token) => {
      const task = await taskOf(job)
      if (task === undefined) return
      if (task.tag > 0) await ports.shares.advance(lane.name, task.tag)
      const outcome = await runInOrder(task, job, token)
      if (outcome.state !== 'failed') ports.held.release(task.id)
      if (outcome.state === 'waits') {
        const { untilMs } = outcome
        await insist(() => ports.tasks.wake(lane.name, task.id, untilMs, engine.now()))
      }
      await settle(job, token, outcome, engine.now())
    },
    { concurrency: lane.concurrency },
  )
  worker.on('drained', () => {
    ports.shares.reset(lane.name).catch((error: unknown) => {
      engine.log.warn({ lane: lane.name, error: String(error) }, 'fair share could not be reset')
    })
  })
  return worker
}

function turnOf({ message: { from, sender } }: Task): string {
  return `${chatKey(from)} ${personKey(from.channel, sender.id)}`
}
