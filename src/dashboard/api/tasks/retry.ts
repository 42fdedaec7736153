import { z } from 'zod'
import { ApiFault } from '../fault.ts'
import { defineRoute } from '../route.ts'
import { taskSummarySchema } from '../shapes.ts'
import { findTask } from './find.ts'
import { summaryOf, waitingSummaryOf } from './summary.ts'

export const retryTask = defineRoute({
  method: 'post',
  path: '/api/tasks/:id/retry',
  summary: 'Run an ended task again under its number',
  auth: 'any',
  status: 200,
  params: z.object({ id: z.string() }),
  answer: taskSummarySchema,
  async run(api, { params, caller }) {
    const { id } = await findTask(api, params.id)
    const isDone = await api.retry(id, caller.name)
    const found = await findTask(api, id)
    const task = found.kind === 'run' ? summaryOf(found.run) : waitingSummaryOf(found.task)
    if (!isDone)
      throw new ApiFault(409, 'not_ended', `task ${params.id} has not ended (${task.state}) and cannot be retried`)
    return task
  },
})
