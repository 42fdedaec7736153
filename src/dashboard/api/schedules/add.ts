import { inLang } from '../../../core/text/lang.ts'
import { ApiFault } from '../fault.ts'
import { callId } from '../idempotency.ts'
import { defineRoute } from '../route.ts'
import { listedScheduleSchema, newScheduleSchema } from '../shapes.ts'
import { listed } from './find.ts'

export const addSchedule = defineRoute({
  method: 'post',
  path: '/api/schedules',
  summary: 'Have a command run again and again, and its answers said in `to`',
  auth: 'any',
  status: 201,
  body: newScheduleSchema,
  isIdempotent: true,
  answer: listedScheduleSchema,
  async run(api, input) {
    const { body, caller } = input
    const { schedules } = api
    const { to = { channel: 'api', chat: caller.name, chatKind: 'private' as const }, owner, timeZone, ...rest } = body
    // As in a task of the API: a caller cannot pass for a person, unless the schedule is made for one.
    const self = body.to === undefined ? caller.name : `api:${caller.name}`
    const added = await schedules.add(
      {
        ...rest,
        timeZone: timeZone ?? schedules.timeZone,
        to,
        owner: owner === undefined ? { id: self, name: 'API' } : { id: owner },
        // A person is told in their own chat how it went.
        askedIn: owner === undefined ? to : { channel: to.channel, chat: owner, chatKind: 'private' },
        source: 'api',
      },
      await callId(api, input, 'schedule'),
      caller.name,
    )
    if ('refused' in added) {
      throw new ApiFault(400, 'schedule_refused', inLang(body.lang ?? api.config.lang, added.refused))
    }
    return listed(added.schedule, schedules.next(added.schedule))
  },
})
