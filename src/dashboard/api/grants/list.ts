import { z } from 'zod'
import { defineRoute } from '../route.ts'
import { grantListSchema } from '../shapes.ts'

export const listGrants = defineRoute({
  method: 'get',
  path: '/api/grants',
  summary: 'Who may use what until when',
  auth: 'any',
  status: 200,
  query: z.object({ subject: z.string().optional() }),
  answer: grantListSchema,
  async run(api, { query }) {
    return { grants: await api.store.grants.list(query.subject?.toLowerCase() || undefined) }
  },
})
