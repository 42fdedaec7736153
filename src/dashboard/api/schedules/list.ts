import { defineRoute } from '../route.ts'
import { scheduleListSchema } from '../shapes.ts'
import { listed } from './find.ts'

export const listSchedules = defineRoute({
  method: 'get',
  path: '/api/schedules',
  summary: 'Commands that come again and again, the newest first, with their next times and last tasks',
  auth: 'any',
  status: 200,
  answer: scheduleListSchema,
  async run({ schedules }) {
    const all = await schedules.list()
    return { schedules: all.map((one) => listed(one, schedules.next(one))), timeZone: schedules.timeZone }
  },
})
