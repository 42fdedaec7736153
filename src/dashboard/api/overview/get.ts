import { defineRoute } from '../route.ts'
import { overviewSchema } from '../shapes.ts'
import { readOverview } from './read.ts'

export const getOverview = defineRoute({
  method: 'get',
  path: '/api/overview',
  summary: 'Store, lanes and channels at a glance',
  auth: 'any',
  status: 200,
  answer: overviewSchema,
  run: (api) => readOverview(api),
})
