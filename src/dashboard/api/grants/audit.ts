import { z } from 'zod'
import { defineRoute } from '../route.ts'
import { auditListSchema } from '../shapes.ts'

export const listAudit = defineRoute({
  method: 'get',
  path: '/api/audit',
  summary: 'Who changed what: grants, sign-ins, cancels, retries, resends',
  auth: 'any',
  status: 200,
  query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
  answer: auditListSchema,
  async run(api, { query }) {
    return { lines: await api.store.grants.audit(query.limit) }
  },
})
