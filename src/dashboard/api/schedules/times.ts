import { z } from 'zod'
import { defineRoute } from '../route.ts'
import { scheduleTimesSchema } from '../shapes.ts'

export const getScheduleTimes = defineRoute({
  method: 'get',
  path: '/api/schedules/times',
  summary: 'What a time means before there is a schedule: the next five, or a sentence why there are none',
  auth: 'any',
  status: 200,
  query: z.object({ when: z.string(), timeZone: z.string().optional() }),
  answer: scheduleTimesSchema,
  run({ schedules }, { query: { when, timeZone } }) {
    const seen = schedules.preview(when, timeZone ?? schedules.timeZone)
    return 'refused' in seen ? { times: [], refused: seen.refused } : seen
  },
})
