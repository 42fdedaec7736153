import { invalid } from '../fault.ts'
import { callId } from '../idempotency.ts'
import { defineRoute } from '../route.ts'
import { newTaskAnswerSchema, newTaskSchema } from '../shapes.ts'

export const createTask = defineRoute({
  method: 'post',
  path: '/api/tasks',
  summary: 'Run a command as an API caller; read the answer from GET /api/tasks/{id}, or have it said in `to`',
  auth: 'any',
  status: 202,
  body: newTaskSchema,
  isIdempotent: true,
  answer: newTaskAnswerSchema,
  async run(api, input) {
    const { body, caller, now } = input
    const { text } = body
    const from = body.to ?? { channel: 'api', chat: caller.name, chatKind: 'private' as const }
    if (!api.channels.some((channel) => channel.id === from.channel)) {
      throw invalid('body.to.channel', `there is no channel "${from.channel}"`)
    }
    return api.accept({
      id: await callId(api, input, 'api'),
      from,
      // With a colon, which no platform's person has: a caller cannot pass for one of them.
      sender: { id: body.to ? `api:${caller.name}` : caller.name, name: 'API' },
      text,
      parts: [{ kind: 'text', text }],
      receivedAt: now,
    })
  },
})
