import { notFound } from '../fault.ts'
import { defineRoute } from '../route.ts'
import { listedScheduleSchema } from '../shapes.ts'
import { findSchedule, listed, numberParams } from './find.ts'

export const pauseSchedule = changing('pause', 'Pause a schedule; what runs goes on')
export const resumeSchedule = changing('resume', 'Have a paused schedule go on from its next time')

function changing(change: 'pause' | 'resume', summary: string) {
  return defineRoute({
    method: 'post',
    path: `/api/schedules/:number/${change}`,
    summary,
    auth: 'any',
    status: 200,
    params: numberParams,
    answer: listedScheduleSchema,
    async run(api, { params: { number }, caller }) {
      const changed = await api.schedules[change](await findSchedule(api, number), caller.name)
      if (changed === undefined) throw notFound(`schedule ${number}`)
      return listed(changed, api.schedules.next(changed))
    },
  })
}
