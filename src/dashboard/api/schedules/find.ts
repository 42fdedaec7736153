import { z } from 'zod'
import type { Schedule } from '../../../core/schedule/schedule.ts'
import type { Api } from '../api.ts'
import { notFound } from '../fault.ts'
import type { ListedSchedule } from '../shapes.ts'

export const numberParams = z.object({ number: z.coerce.number().int().min(1) })

/** Throws a 404. */
export async function findSchedule({ schedules }: Api, number: number): Promise<Schedule> {
  const found = await schedules.find(number)
  if (found === undefined) throw notFound(`schedule ${number}`)
  return found
}

/** What the API tells of it. */
export function listed({ unsaid: _, lookAt: __, version: ___, ...schedule }: Schedule, next: number[]): ListedSchedule {
  return { ...schedule, next }
}
