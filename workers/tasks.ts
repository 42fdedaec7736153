import { type Job, UnrecoverableError, type Worker } from 'bullmq'
import type { Backend } from '../queues/backend.ts'
import { laneQueueName } from '../queues/tasks.ts'
import { chatKey, personKey } from '../src/core/address.ts'
import type { Held } from '../src/core/held.ts'
import type { Outcome } from '../src/core/outcome.ts'
import { type Task, taskSchema } from '../src/core/task.ts'
import type { Engine } from '../src/engine/engine.ts'
import { runTask } from '../src/engine/run-task.ts'
import type { Shares } from '../src/store/store.ts'
import type { RowTurns } from './rows.ts'
import { settle } from './settle.ts'
import { openTurns } from './turns.ts'

/**
 * What one person asks in one chat: `together`, side by side. `turns`: one after the other, waiting in their slots, for lanes whose commands
 * take a moment. Tasks that stand in a row take its turns instead, in any lane, and give their slots to others while they wait.
 */
export type LaneOrder = 'together' | 'turns'

/** The worker of one lane. A stop of the process reaches its tasks by `shutdown`. */
export function tasksWorker(
  backend: Backend,
  lane: { name: string; concurrency: number; order: LaneOrder },
  engine: Engine,
  ports: { shares: Shares; held: Held; rowTurns: RowTurns },
  shutdown: AbortSignal,
): Worker<unknown> {
  const turns = openTurns()
  async function runInOrder(task: Task, job: Job<unknown>, token: string | undefined): Promise<Outcome> {
    const work = () => runTask(task, engine, shutdown)
    const { row } = task
    if (row !== undefined) {
      const putOff = (forMs: number) => settle(job, token, { state: 'snoozed', forMs }, engine.now())
      return ports.rowTurns.take({ ...task, row }, work, putOff)
    }
    return lane.order === 'turns' ? turns.take(turnOf(task), work) : work()
  }

  const worker = backend.worker<unknown>(
    laneQueueName(lane.name),
    async (job: Job<unknown>, token) => {
      const task = taskSchema.safeParse(job.data)
      if (!task.success) throw new UnrecoverableError(`job ${job.id} holds no task: ${task.error.message}`)
      if (task.data.tag > 0) await ports.shares.advance(lane.name, task.data.tag)
      const outcome = await runInOrder(task.data, job, token)
      if (outcome.state !== 'failed') ports.held.release(task.data.id)
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
