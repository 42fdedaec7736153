import type { Job, Queue } from 'bullmq'
import { z } from 'zod'
import { FALLBACK_LANE } from '../src/core/task/lane.ts'
import { storedTaskSchema, type Task } from '../src/core/task/task.ts'
import { type Backend, within } from './backend.ts'

export function laneQueueName(lane: string): string {
  return `tasks-${lane}`
}

/** A job that only says: look at this run. */
export const wakeSchema = z.object({ wakes: z.string() })
type Wake = z.infer<typeof wakeSchema>

export interface LaneCounts {
  waiting: number
  active: number
  delayed: number
  failed: number
}

const PRIORITIES_SEEN = 100
/** BullMQ takes none beyond; a lane that was never empty for so long goes on in the order of arrival. */
const LAST_PRIORITY = 2_097_151

/** The tasks that wait, one queue a lane; those of a lane that there is not stand in the fallback's. */
export interface TaskQueues {
  /**
   * Stores the task; resolves once it is stored. A task whose id waits or runs already is left as it is.
   * Throws StoreUnavailableError within about a second; it may then still be stored, and asking again is safe.
   */
  add(task: Task): Promise<void>
  /** Has somebody look at a run that waits for something, when its time comes. One wake too many is harmless. */
  wake(lane: string, taskId: string, at: number, now: number): Promise<void>
  /** Has a task that was put off begin as soon as it may. One that is not put off is left as it is. */
  promote(lane: string, taskId: string): Promise<void>
  counts(lane: string): Promise<LaneCounts>
  /**
   * How many of those that wait would begin before this task, were it added now; only the 100 priorities up to its own
   * are looked at.
   */
  ahead(task: Task): Promise<number>
  /** Some of the tasks that wait, the next ones first. */
  waiting(lane: string, limit: number): Promise<Task[]>
  /** The tasks that workers have taken up, also those whose worker has died since; the first taken up first. */
  begun(lane: string): Promise<Task[]>
  close(): Promise<void>
}

export function openTaskQueues(backend: Backend, lanes: readonly string[]): TaskQueues {
  const queues = new Map(lanes.map((lane) => [lane, backend.queue<Task | Wake>(laneQueueName(lane))]))
  function queueOf(lane: string): Queue<Task | Wake> {
    const queue = queues.get(lane) ?? queues.get(FALLBACK_LANE)
    if (queue === undefined) throw new Error(`there is no lane "${lane}"; lanes are ${[...queues.keys()].join(', ')}`)
    return queue
  }

  return {
    async add(task) {
      const priority = Math.min(task.priority, LAST_PRIORITY)
      await within(queueOf(task.lane).add('task', task, { jobId: task.id, ...(priority > 0 && { priority }) }))
    },
    async wake(lane, taskId, at, now) {
      const delay = Math.max(0, at - now)
      await within(queueOf(lane).add('wake', { wakes: taskId }, { jobId: `${taskId}-wake-${at}`, delay }))
    },
    async promote(lane, taskId) {
      const job = await within(queueOf(lane).getJob(taskId))
      if (job !== undefined && (await within(job.isDelayed()))) await within(job.promote())
    },
    async counts(lane) {
      const counts = await within(queueOf(lane).getJobCounts('wait', 'prioritized', 'active', 'delayed', 'failed'))
      const count = (state: string): number => counts[state] ?? 0
      return {
        waiting: count('wait') + count('prioritized'),
        active: count('active'),
        delayed: count('delayed'),
        failed: count('failed'),
      }
    },
    async ahead({ lane, priority }) {
      const before = Array.from({ length: Math.min(priority, PRIORITIES_SEEN) }, (_, back) => priority - back)
      const counts = await within(queueOf(lane).getCountsPerPriority([0, ...before]))
      return Object.values(counts).reduce((sum, count) => sum + count, 0)
    },
    async waiting(lane, limit) {
      return tasksOf(await nextJobs(queueOf(lane), limit))
    },
    async begun(lane) {
      return tasksOf(await within(queueOf(lane).getJobs(['active'], 0, -1, true)))
    },
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()))
    },
  }
}

/** The jobs that begin next: those without a priority first, then by priority. */
async function nextJobs(queue: Queue<Task | Wake>, limit: number): Promise<Job<Task | Wake>[]> {
  const jobs = await within(queue.getJobs(['wait', 'prioritized'], 0, limit - 1, true))
  // A job that left while the list was read comes back as undefined.
  return jobs.filter((job) => job !== undefined)
}

function tasksOf(jobs: readonly (Job<Task | Wake> | undefined)[]): Task[] {
  return jobs.flatMap((job) => {
    const task = storedTaskSchema.safeParse(job?.data)
    return task.success ? [task.data] : []
  })
}
