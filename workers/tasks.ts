import { type Job, UnrecoverableError, type Worker } from 'bullmq'
import type { Backend } from '../queues/backend.ts'
import { laneQueueName, type TaskQueues, wakeSchema } from '../queues/tasks.ts'
import type { Held } from '../src/core/delivery/held.ts'
import type { Log } from '../src/core/log.ts'
import { retryWhileUnavailable } from '../src/core/retry-while-unavailable.ts'
import type { Lane } from '../src/core/task/lane.ts'
import type { Outcome } from '../src/core/task/outcome.ts'
import { liveStates } from '../src/core/task/run.ts'
import { type Task, taskSchema } from '../src/core/task/task.ts'
import type { Runs, Shares } from '../src/store/store.ts'
import type { RowTurns } from './rows.ts'
import { settle } from './settle.ts'
import { keepPlace, openTurns, turnOf } from './turns.ts'

/**
 * Tags are counted from one again when a lane is empty, but not before they have grown so far: a task on its way into the empty lane has its tag
 * already, and the next one of its person would be given a lower one.
 */
const TAGS_BEGIN_ANEW = 1_000_000

export interface TaskWorkerPorts {
  store: { runs: Pick<Runs, 'find' | 'create'> }
  shares: Shares
  held: Held
  rowTurns: RowTurns
  tasks: Pick<TaskQueues, 'wake'>
  /** One attempt at a task, in its turn where it has one. */
  run(task: Task, turn: string | undefined): Promise<Outcome>
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
  let lastTag = 0

  async function runInOrder(task: Task, job: Job<unknown>, token: string | undefined): Promise<Outcome> {
    const { row } = task
    // Pieces are made to run side by side.
    const turn = lane.order === 'turns' && task.piece === undefined ? turnOf(task) : undefined
    const work = () => ports.run(task, turn)
    if (row !== undefined) {
      const putOff = (forMs: number) => settle(job, token, { state: 'snoozed', forMs }, ports.now())
      return ports.rowTurns.take({ ...task, row }, work, putOff)
    }
    if (turn === undefined) return work()
    // It waits in its slot; were we killed meanwhile, newer ones in the queue would be before it.
    const placed = turns.isTaken(turn) ? keepPlace(task, turn, ports).catch(() => {}) : undefined
    return turns.take(turn, async () => {
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
      // What has ended may have to be taken back, for which it stands in no row.
      const { row } = liveStates.includes(run.state) ? run.task : {}
      return { ...run.task, held: undefined, tag: 0, row }
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
      lastTag = Math.max(lastTag, task.tag)
      if (task.tag > 0) await ports.shares.advance(lane.name, task.tag)
      const outcome = await runInOrder(task, job, token)
      ports.count(outcome)
      if (outcome.state !== 'failed') ports.held.release(task.id)
      if (outcome.state === 'waits') {
        const { untilMs } = outcome
        await retryWhileUnavailable(() => ports.tasks.wake(lane.name, task.id, untilMs, ports.now()))
      }
      await settle(job, token, outcome, ports.now())
    },
    { concurrency: lane.concurrency },
  )
  worker.on('drained', () => {
    if (lastTag < TAGS_BEGIN_ANEW) return
    lastTag = 0
    ports.shares.reset(lane.name).catch((error: unknown) => {
      ports.log.warn({ lane: lane.name, error: String(error) }, 'fair share could not be reset')
    })
  })
  return worker
}
