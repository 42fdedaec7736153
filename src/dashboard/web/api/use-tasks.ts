import {
  type InfiniteData,
  type InfiniteQueryObserverResult,
  useInfiniteQuery,
  useMutation,
} from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import type { TaskList, TaskSummary } from '../../api/shapes.ts'
import { tasksQuery } from './queries.ts'
import { type TaskFilter, writeFilter } from './task-filter.ts'

export interface Tasks {
  /** Those of the filter before, until these are there. */
  tasks: readonly TaskSummary[]
  /** The first page is on its way. */
  isLoading: boolean
  error: Error | undefined
  /** There are older ones, and what is shown is this filter's. */
  hasMore: boolean
  isLoadingMore: boolean
  loadMore(): void
  reload(): void
}

/** The tasks that fit the filter, newest first, kept up to date by the live stream. */
export function useTasks(filter: TaskFilter): Tasks {
  const list = useInfiniteQuery(tasksQuery(filter))
  const { data, error, isPlaceholderData, isPending, hasNextPage, refetch } = list
  const query = writeFilter(filter).toString()
  const shown = useRef(query)
  useEffect(() => {
    shown.current = query
  }, [query])
  const more = useMutation({ mutationFn: (asked: string) => loadMore(list, () => shown.current === asked) })
  const tasks = useMemo(() => (data ? tasksIn(data) : []), [data])
  return {
    tasks,
    isLoading: isPending || isPlaceholderData,
    error: error ?? undefined,
    hasMore: hasNextPage && !isPlaceholderData,
    isLoadingMore: more.isPending,
    loadMore: () => {
      if (!more.isPending) more.mutate(query)
    },
    reload: () => void refetch(),
  }
}

type List = InfiniteQueryObserverResult<InfiniteData<TaskList>>

/**
 * The next page, after what is being read: a list is read by one at a time, and its cursor comes from its own last
 * page. Where the list begins anew meanwhile, the page comes after that; where the list is no longer
 * shown, none comes.
 */
export async function loadMore(list: List, isShown: () => boolean): Promise<void> {
  if (list.data === undefined || list.isPlaceholderData) return
  const pages = list.data.pages.length
  let now: List = list
  do {
    if (now.isFetching) await now.refetch({ cancelRefetch: false })
    if (!isShown()) return
    now = await now.fetchNextPage({ cancelRefetch: false })
  } while (now.hasNextPage && !now.isError && !now.isPlaceholderData && now.data?.pages.length === pages)
}

/** A task that moved from one page to the next while these were read stands there once. */
export function tasksIn({ pages }: InfiniteData<TaskList>): TaskSummary[] {
  const byId = new Map<string, TaskSummary>()
  for (const task of pages.flatMap(({ tasks }) => tasks)) if (!byId.has(task.id)) byId.set(task.id, task)
  return [...byId.values()]
}
