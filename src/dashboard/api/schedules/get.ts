import { defineRoute } from '../route.ts'
import { listedScheduleSchema } from '../shapes.ts'
import { findSchedule, listed, numberParams } from './find.ts'

export const getSchedule = defineRoute({
  method: 'get',
  path: '/api/schedules/:number',
  summary: 'One schedule',
  auth: 'any',
  status: 200,
  params: numberParams,
  answer: listedScheduleSchema,
  async run(api, { params }) {
    const schedule = await findSchedule(api, params.number)
    return listed(schedule, api.schedules.next(schedule))
  },
})
