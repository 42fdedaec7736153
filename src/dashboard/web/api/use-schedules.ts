import { useDebouncedValue } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { z } from 'zod'
import type { ListedSchedule, newScheduleSchema, ScheduleTimes } from '../../api/shapes.ts'
import { post } from './http.ts'
import { keys, timesQuery } from './queries.ts'
import { readAgain } from './use-act.ts'

const WRITTEN_MS = 250

export type NewSchedule = z.input<typeof newScheduleSchema>

/**
 * What a time that is being written means, a moment after the last letter. Undefined while nobody knows; saving tells
 * what is wrong.
 */
export function useTimes(when: string, timeZone: string): ScheduleTimes | undefined {
  const [written] = useDebouncedValue(`${when}\n${timeZone}`, WRITTEN_MS)
  const isWritten = written === `${when}\n${timeZone}`
  const { data } = useQuery({ ...timesQuery(when, timeZone), enabled: isWritten && when.trim() !== '' })
  return data
}

/** `key` tells a repeat of the call from another schedule. */
export function useAddSchedule(onAdded: (schedule: ListedSchedule) => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn({ schedule, key }: { schedule: NewSchedule; key: string }): Promise<ListedSchedule> {
      const headers = { 'content-type': 'application/json', 'idempotency-key': key }
      return post('POST', '/api/schedules', JSON.stringify(schedule), headers)
    },
    async onSuccess(schedule) {
      await readAgain(client, [keys.schedules])
      onAdded(schedule)
    },
  })
}

export async function changeSchedule(number: number, change: 'pause' | 'resume'): Promise<void> {
  await post('POST', `/api/schedules/${number}/${change}`)
}

/** One task at once; resolves to its id. */
export async function runSchedule(number: number): Promise<string> {
  return (await post<{ taskId: string }>('POST', `/api/schedules/${number}/run`)).taskId
}

export function removeSchedule(number: number): Promise<void> {
  return post('DELETE', `/api/schedules/${number}`)
}
