import { type Job, UnrecoverableError, type Worker } from 'bullmq'
import type { Backend } from '../queues/backend.ts'
import { laneQueueName } from '../queues/tasks.ts'
import type { Held } from '../src/core/held.ts'
import { taskSchema } from '../src/core/task.ts'
import type { Engine } from '../src/engine/engine.ts'
import { runTask } from '../src/engine/run-task.ts'
import type { Shares } from '../src/store/store.ts'
import { settle } from './settle.ts'

/** The worker of one lane. A stop of the process reaches its tasks by `shutdown`. */
export function tasksWorker(
  backend: Backend,
  lane: { name: string; concurrency: number },
  engine: Engine,
  ports: { shares: Shares; held: Held },
  shutdown: AbortSignal,
): Worker<unknown> {
  const worker = backend.worker<unknown>(
    laneQueueName(lane.name),
    async (job: Job<unknown>, token) => {
      const task = taskSchema.safeParse(job.data)
      if (!task.success) throw new UnrecoverableError(`job ${job.id} holds no task: ${task.error.message}`)
      if (task.data.tag > 0) await ports.shares.advance(lane.name, task.data.tag)
      const outcome = await runTask(task.data, engine, shutdown)
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
