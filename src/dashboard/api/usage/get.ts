import { z } from 'zod'
import { USAGE_DAYS } from '../../../core/model/usage.ts'
import { defineRoute } from '../route.ts'
import { usageSchema } from '../shapes.ts'

export const getUsage = defineRoute({
  method: 'get',
  path: '/api/usage',
  summary: 'What models were used for by model, person and group over the last days, and what is left of the budgets',
  auth: 'any',
  status: 200,
  query: z.object({ days: z.coerce.number().int().min(1).max(USAGE_DAYS).default(1) }),
  answer: usageSchema,
  run: (api, { query }) => api.usage(query.days),
})
