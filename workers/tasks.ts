import { type Job, UnrecoverableError, type Worker } from 'bullmq'
import type { Backend } from '../queues/backend.ts'
import { laneQueueName, type TaskQueues, wakeSchema } from '../queues/tasks.ts'
import type { Held } from '../src/core/delivery/held.ts'
import type { Log } from '../src/core/log.ts'
import { retryWhileUnavailable } from '../src/core/retry-while-unavailable.ts'
import type { Lane } from '../src/core/task/lane.ts'
import type { Outcome } from '../src/core/task/outcome.ts'
import { liveStates } from '../src/core/task/run.ts'
import { storedTaskSchema, type Task } from '../src/core/task/task.ts'
import type { Runs, Shares } from '../src/store/store.ts'
import { applyOutcome } from './apply-outcome.ts'
import { attemptKeyOf, keepPlace, openTurns } from './attempt-keys.ts'
import type { KeyedTurns } from './ordering-keys.ts'

/**
 * Priorities are counted from one again when a lane is empty, but not before they have grown so far: a task on its way
 * into the empty lane has its priority already, and the next one of its person would be given a lower one.
 */
const PRIORITIES_BEGIN_ANEW = 1_000_000

export interface TaskWorkerPorts {
  store: { runs: Pick<Runs, 'find' | 'create'> }
  shares: Shares
  held: Held
  keyedTurns: KeyedTurns
  tasks: Pick<TaskQueues, 'wake'>
  /** One attempt at a task, in its turn where it has one. */
  run(task: Task, attemptKey: string | undefined): Promise<Outcome>
  /** Hears how each attempt ended. */
  count(outcome: Outcome): void
  now(): number
  log: Log
}

/** The worker of one lane. */
export function tasksWorker(
  backend: Backend,
  lane: { name: string; concurrency: number; order: Lane['order'] },
  ports: TaskWorkerPorts,
): Worker<unknown> {
  const turns = openTurns()
  let lastPriority = 0

  async function runInOrder(task: Task, job: Job<unknown>, token: string | undefined): Promise<Outcome> {
    const { orderingKey } = task
    // Pieces are made to run side by side.
    const attemptKey = lane.order === 'turns' && task.piece === undefined ? attemptKeyOf(task) : undefined
    const work = () => ports.run(task, attemptKey)
    if (orderingKey !== undefined) {
      const putOff = (forMs: number) => applyOutcome(job, token, { state: 'snoozed', forMs }, ports.now())
      return ports.keyedTurns.take({ ...task, orderingKey }, work, putOff)
    }
    if (attemptKey === undefined) return work()
    // It waits in its slot; were we killed meanwhile, newer ones in the queue would be before it.
    const placed = turns.isTaken(attemptKey) ? keepPlace(task, attemptKey, ports).catch(() => {}) : undefined
    return turns.take(attemptKey, async () => {
      await placed
      return work()
    })
  }

  /** What a job is about; undefined when the run it should look at is done. */
  async function taskOf(job: Job<unknown>): Promise<Task | undefined> {
    const wake = wakeSchema.safeParse(job.data)
    if (wake.success) {
      const run = await ports.store.runs.find(wake.data.wakes)
      if (run === undefined || run.state === 'done' || run.state === 'ignored') return undefined
      // What has ended may have to be taken back, for which it needs no ordering key.
      const { orderingKey } = liveStates.includes(run.state) ? run.task : {}
      return { ...run.task, held: undefined, priority: 0, orderingKey }
    }
    const task = storedTaskSchema.safeParse(job.data)
    if (!task.success) throw new UnrecoverableError(`job ${job.id} holds no task: ${task.error.message}`)
    return task.data
  }

  const worker = backend.worker<unknown>(
    laneQueueName(lane.name),
    async (job: Job<unknown>, token) => {
      const task = await taskOf(job)
      if (task === undefined) return
      lastPriority = Math.max(lastPriority, task.priority)
      if (task.priority > 0) await ports.shares.advance(lane.name, task.priority)
      const outcome = await runInOrder(task, job, token)
      ports.count(outcome)
      if (outcome.state !== 'failed') ports.held.release(task.id)
      if (outcome.state === 'waits') {
        const { untilMs } = outcome
        await retryWhileUnavailable(() => ports.tasks.wake(lane.name, task.id, untilMs, ports.now()))
      }
      await applyOutcome(job, token, outcome, ports.now())
    },
    { concurrency: lane.concurrency },
  )
  worker.on('drained', () => {
    if (lastPriority < PRIORITIES_BEGIN_ANEW) return
    lastPriority = 0
    ports.shares.reset(lane.name).catch((error: unknown) => {
      ports.log.warn({ lane: lane.name, error: String(error) }, 'fair share could not be reset')
    })
  })
  return worker
}
