import { UnrecoverableError, type Worker } from 'bullmq'
import type { Backend } from '../queues/backend.ts'
import { lineWakeSchema, outboxQueueName } from '../queues/deliveries.ts'
import type { Outbox } from '../src/outbox/outbox.ts'

/** How many chats of one channel are sent to side by side. */
const LINES_AT_ONCE = 8

/** The worker of one channel's outbox: looks at the lines it is told to look at. */
export function deliveriesWorker(backend: Backend, channel: string, outbox: Outbox): Worker<unknown> {
  return backend.worker<unknown>(
    outboxQueueName(channel),
    async (job) => {
      const wake = lineWakeSchema.safeParse(job.data)
      if (!wake.success) throw new UnrecoverableError(`job ${job.id} names no line: ${wake.error.message}`)
      await outbox.workLine(wake.data)
    },
    { concurrency: LINES_AT_ONCE },
  )
}
