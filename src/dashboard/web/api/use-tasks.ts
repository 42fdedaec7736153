import { useCallback, useEffect, useReducer, useRef } from 'react'
import type { TaskList, TaskSummary } from '../../api/shapes.ts'
import { call } from './http.ts'
import { useLive } from './live.tsx'
import { mergeTasks, type TaskFilter, writeFilter } from './task-filter.ts'

const PAGE = 50
/** After this many rows came in live, the first page is loaded anew, so that the list does not grow for ever. */
const MOST_GROWN = 300
/** The stream's hints may be lost: the first page is looked at this often in any case. */
const LOOK_AGAIN_MS = 20_000
/** Changes are shown together, so that a thousand a second are ten renders. */
const GATHER_MS = 100

interface State {
  filter: TaskFilter
  tasks: readonly TaskSummary[]
  next: number | undefined
  /** Rows that came in live since the first page was loaded. */
  grown: number
  /** What changed while the first page was on its way, and may be newer than it. */
  meanwhile: ReadonlyMap<string, TaskSummary>
  isLoading: boolean
  isLoadingMore: boolean
  error: Error | undefined
}

type Action =
  | { kind: 'loading'; filter: TaskFilter }
  | { kind: 'loading-more' }
  | { kind: 'loaded'; list: TaskList }
  | { kind: 'loaded-more'; list: TaskList }
  /** The first page once more; what was loaded behind it stays. */
  | { kind: 'looked'; list: TaskList }
  | { kind: 'failed'; error: Error }
  | { kind: 'changed'; changes: ReadonlyMap<string, TaskSummary> }

function reduce(state: State, action: Action): State {
  switch (action.kind) {
    case 'loading':
      return {
        ...state,
        filter: action.filter,
        meanwhile: new Map(),
        isLoading: true,
        isLoadingMore: false,
        error: undefined,
      }
    case 'loading-more':
      return { ...state, isLoadingMore: true }
    case 'loaded': {
      const { tasks: page, next } = action.list
      const tasks = mergeTasks(page, state.meanwhile, state.filter, next !== undefined)
      return { ...state, tasks, next, grown: 0, isLoading: false, error: undefined }
    }
    case 'loaded-more': {
      const known = new Set(state.tasks.map((task) => task.id))
      const tasks = [...state.tasks, ...action.list.tasks.filter((task) => !known.has(task.id))]
      return { ...state, tasks, next: action.list.next, isLoadingMore: false }
    }
    case 'looked': {
      const { tasks: page, next } = action.list
      if (state.isLoading || state.isLoadingMore) return state
      const rest = next === undefined ? [] : state.tasks.filter(({ number }) => number !== undefined && number < next)
      return { ...state, tasks: [...page, ...rest], next: rest.length > 0 ? state.next : next }
    }
    case 'failed':
      return { ...state, error: action.error, isLoading: false, isLoadingMore: false }
    case 'changed': {
      const tasks = mergeTasks(state.tasks, action.changes, state.filter, state.next !== undefined)
      const meanwhile = state.isLoading ? new Map([...state.meanwhile, ...action.changes]) : state.meanwhile
      return { ...state, tasks, meanwhile, grown: state.grown + Math.max(0, tasks.length - state.tasks.length) }
    }
  }
}

export interface Tasks extends State {
  loadMore(): void
  reload(): void
}

/** The tasks that fit the filter, newest first, kept up to date by the live stream. */
export function useTasks(filter: TaskFilter): Tasks {
  const { onTask, resyncs } = useLive()
  const query = writeFilter(filter).toString()
  const [state, dispatch] = useReducer(reduce, {
    filter,
    tasks: [],
    next: undefined,
    grown: 0,
    meanwhile: new Map(),
    isLoading: true,
    isLoadingMore: false,
    error: undefined,
  })
  const filterRef = useRef(filter)
  filterRef.current = filter
  const loading = useRef<AbortController>(undefined)

  const fetchPage = useCallback(
    async (limit: number, before?: number): Promise<void> => {
      loading.current?.abort()
      const controller = new AbortController()
      loading.current = controller
      const isMore = before !== undefined
      dispatch(isMore ? { kind: 'loading-more' } : { kind: 'loading', filter: filterRef.current })
      const params = new URLSearchParams(query)
      params.set('limit', String(limit))
      if (isMore) params.set('before', String(before))
      try {
        const list = await call<TaskList>(`/api/tasks?${params}`, controller.signal)
        if (!controller.signal.aborted) dispatch({ kind: isMore ? 'loaded-more' : 'loaded', list })
      } catch (error) {
        if (!controller.signal.aborted && error instanceof Error) dispatch({ kind: 'failed', error })
      }
    },
    [query],
  )

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new connection means that changes may have been missed
  useEffect(() => {
    void fetchPage(PAGE)
    return () => loading.current?.abort()
  }, [fetchPage, resyncs])

  useEffect(() => {
    let changes = new Map<string, TaskSummary>()
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = onTask((task) => {
      changes.set(task.id, task)
      timer ??= setTimeout(() => {
        timer = undefined
        dispatch({ kind: 'changed', changes })
        changes = new Map()
      }, GATHER_MS)
    })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [onTask])

  useEffect(() => {
    const controller = new AbortController()
    const look = async () => {
      if (document.visibilityState === 'hidden') return
      const list = await call<TaskList>(`/api/tasks?${query}`, controller.signal).catch(() => undefined)
      if (list) dispatch({ kind: 'looked', list })
    }
    const timer = setInterval(() => void look(), LOOK_AGAIN_MS)
    return () => {
      clearInterval(timer)
      controller.abort()
    }
  }, [query])

  const { next, grown, isLoading, isLoadingMore } = state
  useEffect(() => {
    if (grown > MOST_GROWN && !isLoading) void fetchPage(PAGE)
  }, [grown, isLoading, fetchPage])

  return {
    ...state,
    loadMore: () => {
      if (next !== undefined && !isLoadingMore) void fetchPage(PAGE, next)
    },
    reload: () => void fetchPage(PAGE),
  }
}
