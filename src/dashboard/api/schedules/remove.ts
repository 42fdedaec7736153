import { inLang } from '../../../core/text/lang.ts'
import { ApiFault } from '../fault.ts'
import { defineRoute, nothing } from '../route.ts'
import { findSchedule, numberParams } from './find.ts'

export const removeSchedule = defineRoute({
  method: 'delete',
  path: '/api/schedules/:number',
  summary: 'Remove a schedule; its tasks stay. A 409 for one of the config file',
  auth: 'any',
  status: 204,
  params: numberParams,
  answer: nothing,
  async run(api, { params, caller }) {
    const removed = await api.schedules.remove(await findSchedule(api, params.number), caller.name)
    // Gone meanwhile is gone.
    if (typeof removed === 'object') {
      throw new ApiFault(409, 'schedule_configured', inLang(api.config.lang, removed.refused))
    }
  },
})
