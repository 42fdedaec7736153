import { z } from 'zod'
import { defineRoute } from '../route.ts'
import { taskDetailSchema } from '../shapes.ts'
import { findTask } from './find.ts'
import { summaryOf, waitingSummaryOf } from './summary.ts'

export const getTask = defineRoute({
  method: 'get',
  path: '/api/tasks/:id',
  summary: 'A task by its id or number, with timeline, steps and deliveries',
  auth: 'any',
  status: 200,
  params: z.object({ id: z.string() }),
  answer: taskDetailSchema,
  async run(api, { params }) {
    const found = await findTask(api, params.id)
    const [timeline, steps, deliveries] = await Promise.all([
      api.store.runs.timeline(found.id),
      api.store.steps.list(found.id),
      api.store.outbox.ofTask(found.id),
    ])
    const summary = found.kind === 'run' ? summaryOf(found.run) : waitingSummaryOf(found.task)
    const sizes = steps.map(({ name, value }) => ({ name, bytes: Buffer.byteLength(JSON.stringify(value) ?? '') }))
    return { ...summary, timeline, steps: sizes, deliveries }
  },
})
