import { z } from 'zod'
import { isAuthorsStep } from '../../../core/task/step-name.ts'
import { ApiFault } from '../fault.ts'
import { defineRoute } from '../route.ts'
import { retriedSchema, retrySchema } from '../shapes.ts'
import { findTask } from './find.ts'
import { summaryOf, waitingSummaryOf } from './summary.ts'

/** So many names are told at most, the last ones. */
const MOST_STEPS = 500

export const retryTask = defineRoute({
  method: 'post',
  path: '/api/tasks/:id/retry',
  summary: 'Run an ended task again under its number, from the step that failed or `fresh` from the start',
  auth: 'any',
  status: 200,
  params: z.object({ id: z.string() }),
  body: retrySchema.optional(),
  answer: retriedSchema,
  async run(api, { params, body, caller }) {
    const { id } = await findTask(api, params.id)
    const fresh = body?.fresh ?? false
    const kept = fresh
      ? []
      : (await api.store.steps.sizes(id, MOST_STEPS)).map(({ name }) => name).filter(isAuthorsStep)
    const isDone = await api.retry(id, caller.name, { fresh })
    const found = await findTask(api, id)
    const task = found.kind === 'run' ? summaryOf(found.run) : waitingSummaryOf(found.task)
    if (!isDone)
      throw new ApiFault(409, 'not_ended', `task ${params.id} has not ended (${task.state}) and cannot be retried`)
    return { ...task, kept }
  },
})
