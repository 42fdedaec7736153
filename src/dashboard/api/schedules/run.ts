import { inLang } from '../../../core/text/lang.ts'
import { ApiFault } from '../fault.ts'
import { callId } from '../idempotency.ts'
import { defineRoute } from '../route.ts'
import { newTaskAnswerSchema } from '../shapes.ts'
import { findSchedule, numberParams } from './find.ts'

export const runSchedule = defineRoute({
  method: 'post',
  path: '/api/schedules/:number/run',
  summary: 'One task of a schedule at once, beside its times',
  auth: 'any',
  status: 202,
  params: numberParams,
  isIdempotent: true,
  answer: newTaskAnswerSchema,
  async run(api, input) {
    const schedule = await findSchedule(api, input.params.number)
    const key = await callId(api, input, `run-${schedule.number}`)
    const ran = await api.schedules.run(schedule, key, input.caller.name)
    if ('refused' in ran) throw new ApiFault(409, 'schedule_refused', inLang(api.config.lang, ran.refused))
    return ran
  },
})
