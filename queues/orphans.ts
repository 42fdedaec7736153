import type { Job } from 'bullmq'
import { FALLBACK_LANE } from '../src/core/task/lane.ts'
import { storedTaskSchema } from '../src/core/task/task.ts'
import { type Backend, within } from './backend.ts'
import { laneQueueName, type TaskQueues, wakeSchema } from './tasks.ts'

const AT_ONCE = 200

/**
 * Moves what waits in a lane that no worker has any more to the one where its tasks go on; resolves to how many. Dying
 * in the middle leaves a job in both, and the second one finds its task taken. What a worker has in hand, perhaps one
 * that still has the lane, is left to it.
 */
export async function adoptJobs(
  backend: Backend,
  lane: string,
  tasks: Pick<TaskQueues, 'add' | 'wake'>,
  now: number,
): Promise<number> {
  const queue = backend.queue<unknown>(laneQueueName(lane))
  try {
    for (let moved = 0; ; ) {
      const jobs = await within(queue.getJobs(['wait', 'prioritized', 'delayed'], 0, AT_ONCE - 1, true))
      // A job that left while the list was read comes back as undefined.
      const adopted = await Promise.all(jobs.filter((job) => job !== undefined).map((job) => adopt(job, tasks, now)))
      const count = adopted.filter(Boolean).length
      moved += count
      if (count === 0) return moved
    }
  } finally {
    await queue.close()
  }
}

/** False when it is nothing that can be moved. */
async function adopt(job: Job<unknown>, tasks: Pick<TaskQueues, 'add' | 'wake'>, now: number): Promise<boolean> {
  const wake = wakeSchema.safeParse(job.data)
  const task = storedTaskSchema.safeParse(job.data)
  if (wake.success) await tasks.wake(FALLBACK_LANE, wake.data.wakes, job.timestamp + job.delay, now)
  // Its place among those of the other lane is not known. Who waits for its acknowledgement has long hung up.
  else if (task.success) await tasks.add({ ...task.data, lane: FALLBACK_LANE, priority: 0, held: undefined })
  else return false
  await within(job.remove())
  return true
}
