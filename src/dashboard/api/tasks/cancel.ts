import { z } from 'zod'
import { newRunOf } from '../../../core/task/run.ts'
import { ApiFault } from '../fault.ts'
import { defineRoute } from '../route.ts'
import { taskSummarySchema } from '../shapes.ts'
import { findTask } from './find.ts'
import { summaryOf, waitingSummaryOf } from './summary.ts'

export const cancelTask = defineRoute({
  method: 'post',
  path: '/api/tasks/:id/cancel',
  summary: 'Cancel a task that waits or runs',
  auth: 'any',
  status: 200,
  params: z.object({ id: z.string() }),
  answer: taskSummarySchema,
  async run(api, { params, caller, now }) {
    const asked = await findTask(api, params.id)
    const { id } = asked
    // A cancel is kept in the record, so a task that has none yet gets it first.
    if (asked.kind === 'waiting') await api.store.runs.create(newRunOf(asked.task), now)
    const isDone = await api.cancel(id, caller.name)
    const found = await findTask(api, id)
    const task = found.kind === 'run' ? summaryOf(found.run) : waitingSummaryOf(found.task)
    if (!isDone)
      throw new ApiFault(409, 'not_live', `task ${params.id} has ended (${task.state}) and cannot be cancelled`)
    return task
  },
})
