import { z } from 'zod'
import { type Grant, grantSchema } from '../../../core/grant.ts'
import type { Api } from '../api.ts'
import { invalid } from '../fault.ts'
import { defineRoute } from '../route.ts'
import { newGrantSchema } from '../shapes.ts'

const subjectSchema = z
  .string()
  .toLowerCase()
  .regex(/^(group:)?[a-z][a-z0-9-]{0,31}:.+$/, 'a person is channel:person, a group is group:channel:chat')

export const putGrant = defineRoute({
  method: 'put',
  path: '/api/grants',
  summary: 'Let a person or group use a scene or command; replaces the grant for the same three',
  auth: 'any',
  status: 200,
  body: newGrantSchema.extend({ subject: subjectSchema }),
  answer: grantSchema,
  async run(api, { body, caller, now }) {
    const { subject, scene, command } = body
    const validFrom = momentOf(api, body.validFrom, 'validFrom', 'start')
    const validUntil = momentOf(api, body.validUntil, 'validUntil', 'end')
    if (validFrom !== undefined && validUntil !== undefined && validUntil <= validFrom) {
      throw invalid('body.validUntil', 'must be after validFrom')
    }
    const grant: Grant = { subject, scene, command, validFrom, validUntil, by: caller.name, at: now }
    await api.store.grants.put(grant, caller.name, now)
    return grant
  },
})

function momentOf(api: Api, text: string | undefined, field: string, edge: 'start' | 'end'): number | undefined {
  if (text === undefined || text === '') return undefined
  const at = api.readDate(text, edge)
  if (at === undefined) throw invalid(`body.${field}`, 'write 2026-12-31, 2026-12-31 18:00 or ISO 8601 with a zone')
  return at
}
