import { invalid } from '../fault.ts'
import { callId } from '../idempotency.ts'
import { defineRoute, nothing } from '../route.ts'
import { newRaiseSchema } from '../shapes.ts'

export const raiseBudget = defineRoute({
  method: 'post',
  path: '/api/budgets/raises',
  summary: 'Give a person, a group or everybody more of a budget for a while; 0 takes it back',
  auth: 'any',
  status: 204,
  body: newRaiseSchema,
  isIdempotent: true,
  answer: nothing,
  async run(api, input) {
    const { body, caller, now } = input
    const { measure, amount } = body
    const subject = body.subject.toLowerCase()
    const until = body.until ? api.readDate(body.until, 'end') : undefined
    if (body.until && (until === undefined || until <= now)) {
      throw invalid('body.until', 'write a moment to come: 2026-12-31, 2026-12-31 18:00 or ISO 8601 with a zone')
    }
    const id = await callId(api, input, 'raise')
    if (!(await api.raiseBudget({ subject, measure, amount, until, by: caller.name, id }))) {
      throw invalid('body', `${subject} has no limit of ${measure}, so there is nothing to raise`)
    }
  },
})
