import { useCallback, useEffect, useRef, useState } from 'react'
import type { z } from 'zod'
import type { ListedSchedule, newScheduleSchema, ScheduleList, ScheduleTimes } from '../../api/shapes.ts'
import { call, post } from './http.ts'
import { useLive } from './live.tsx'

const LOOK_AGAIN_MS = 10_000
const WRITTEN_MS = 250

export type NewSchedule = z.input<typeof newScheduleSchema>

export interface SchedulesView {
  list: ScheduleList | undefined
  error: Error | undefined
  reload(): Promise<void>
}

/** The schedules, looked at again now and then; what was there stays meanwhile. */
export function useSchedules(): SchedulesView {
  const { resyncs } = useLive()
  const [list, setList] = useState<ScheduleList>()
  const [error, setError] = useState<Error>()
  const latest = useRef(0)
  const reload = useCallback(async () => {
    const turn = ++latest.current
    try {
      const read = await call<ScheduleList>('/api/schedules')
      if (turn !== latest.current) return
      setList(read)
      setError(undefined)
    } catch (fault) {
      if (turn === latest.current && fault instanceof Error) setError(fault)
    }
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new connection means that the list may be old
  useEffect(() => {
    void reload()
    const timer = setInterval(() => void reload(), LOOK_AGAIN_MS)
    return () => {
      clearInterval(timer)
      latest.current++
    }
  }, [reload, resyncs])
  return { list, error, reload }
}

/** What a time that is being written means, a moment after the last letter. Undefined while nobody knows. */
export function useTimes(when: string, timeZone: string): ScheduleTimes | undefined {
  const [read, setRead] = useState<{ when: string; timeZone: string; times: ScheduleTimes }>()
  useEffect(() => {
    if (when.trim() === '') return
    const controller = new AbortController()
    const timer = setTimeout(() => {
      const query = new URLSearchParams({ when, ...(timeZone === '' ? {} : { timeZone }) })
      call<ScheduleTimes>(`/api/schedules/times?${query}`, controller.signal)
        .then((times) => setRead({ when, timeZone, times }))
        // Saving tells what is wrong.
        .catch(() => undefined)
    }, WRITTEN_MS)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [when, timeZone])
  return read?.when === when && read.timeZone === timeZone ? read.times : undefined
}

/** `key` tells a repeat of the call from another schedule. */
export function addSchedule(schedule: NewSchedule, key: string): Promise<ListedSchedule> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key }
  return post('POST', '/api/schedules', JSON.stringify(schedule), headers)
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
