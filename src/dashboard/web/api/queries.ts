import { infiniteQueryOptions, keepPreviousData, queryOptions, skipToken } from '@tanstack/react-query'
import type { z } from 'zod'
import type { Usage } from '../../../core/model/usage.ts'
import type { consoleChatsSchema } from '../../api/console/shapes.ts'
import type {
  Overview,
  PresetList,
  SceneList,
  ScheduleList,
  ScheduleTimes,
  TaskDetail,
  TaskList,
  TaskSummary,
} from '../../api/shapes.ts'
import { call } from './http.ts'
import { type TaskFilter, writeFilter } from './task-filter.ts'
import { actionOf } from './task-state.ts'

/*
 * Whatever is read from the server, with its key. An answer belongs to the key it was asked for under, and to no
 * other. The live stream (live-cache.ts) changes answers by these keys and has them read again; its hints may be lost,
 * so some are looked at now and then besides.
 */

/** What all keys of a kind begin with. */
export const keys = {
  overview: ['overview'],
  tasks: ['tasks'],
  task: ['task'],
  presets: ['presets'],
  schedules: ['schedules'],
  usage: ['usage'],
} as const

export const taskKey = (id: string) => [...keys.task, id] as const

const TASKS_PAGE = 50
const TASKS_MS = 20_000

/** The tasks that fit the filter, newest first, page by page. What fits is the server's to say. */
export function tasksQuery(filter: TaskFilter) {
  const query = writeFilter(filter).toString()
  // The cast holds: the first page comes before none.
  const initialPageParam = undefined as number | undefined
  return infiniteQueryOptions({
    queryKey: [...keys.tasks, query],
    initialPageParam,
    queryFn({ pageParam, signal }) {
      const params = new URLSearchParams(query)
      params.set('limit', String(TASKS_PAGE))
      if (pageParam !== undefined) params.set('before', String(pageParam))
      return call<TaskList>(`/api/tasks?${params}`, signal)
    },
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    refetchInterval: TASKS_MS,
  })
}

const TASK_MS = 3000

/** One task with its timeline. Answers go out after it has ended, and the stream tells of tasks only. */
export function taskQuery(id: string) {
  return queryOptions({
    queryKey: taskKey(id),
    queryFn: ({ signal }) => call<TaskDetail>(`/api/tasks/${encodeURIComponent(id)}`, signal),
    refetchInterval: ({ state: { data } }) => (data !== undefined && isUnderWay(data) ? TASK_MS : false),
  })
}

function isUnderWay(task: TaskDetail): boolean {
  return actionOf(task) === 'cancel' || task.deliveries.some(({ state }) => state === 'queued' || state === 'sending')
}

const EARLIER = 100

/** A channel's latest tasks, as they were when one came. */
export function earlierTasksQuery(channel: string | undefined) {
  const query = new URLSearchParams({ channel: channel ?? '', limit: String(EARLIER) })
  return queryOptions({
    queryKey: ['earlier-tasks', channel],
    queryFn: ({ signal }): Promise<TaskSummary[]> =>
      call<TaskList>(`/api/tasks?${query}`, signal).then(({ tasks }) => tasks),
    enabled: channel !== undefined,
    refetchOnWindowFocus: false,
    // Whoever comes again wants to know how they are then.
    gcTime: 0,
  })
}

/** Told by the stream alone, at once and whenever it changes. */
export const overviewQuery = queryOptions<Overview>({
  queryKey: keys.overview,
  queryFn: skipToken,
  staleTime: Number.POSITIVE_INFINITY,
})

const SCENES_MS = 60_000

/** For hints. */
export const scenesQuery = queryOptions({
  queryKey: ['scenes'],
  queryFn: ({ signal }) => call<SceneList>('/api/scenes', signal).then(({ scenes }) => scenes),
  staleTime: SCENES_MS,
})

export const chatsQuery = queryOptions({
  queryKey: ['chats'],
  queryFn: ({ signal }) =>
    call<z.infer<typeof consoleChatsSchema>>('/api/console/chats', signal).then(({ chats }) => chats),
})

export const presetsQuery = queryOptions({
  queryKey: keys.presets,
  queryFn: ({ signal }) => call<PresetList>('/api/presets', signal),
})

const SCHEDULES_MS = 10_000

export const schedulesQuery = queryOptions({
  queryKey: keys.schedules,
  queryFn: ({ signal }) => call<ScheduleList>('/api/schedules', signal),
  refetchInterval: SCHEDULES_MS,
})

/** What a written time means. */
export function timesQuery(when: string, timeZone: string) {
  const query = new URLSearchParams({ when, ...(timeZone === '' ? {} : { timeZone }) })
  return queryOptions({
    queryKey: ['schedule-times', when, timeZone],
    queryFn: ({ signal }) => call<ScheduleTimes>(`/api/schedules/times?${query}`, signal),
    enabled: when.trim() !== '',
  })
}

const USAGE_MS = 15_000

/** What models were used for over so many days. */
export function usageQuery(days: number) {
  return queryOptions({
    queryKey: [...keys.usage, days],
    queryFn: ({ signal }) => call<Usage>(`/api/usage?days=${days}`, signal),
    placeholderData: keepPreviousData,
    refetchInterval: USAGE_MS,
  })
}
