import { focusManager, hashKey, type InfiniteData, type QueryClient, type QueryKey } from '@tanstack/react-query'
import type { Overview, TaskDetail, TaskList, TaskSummary } from '../../api/shapes.ts'
import { keys, overviewQuery, taskKey } from './queries.ts'

/** Changes are shown together, so that a thousand a second are ten renders. */
const GATHER_MS = 100
/** A list is asked for again a second after it came at the soonest, and a longer one later. */
const REST_MS = 1000
/** And so that asking takes a fifth of the time at most. */
const REST_TIMES = 4
const MOST_KNOWN = 2000

/** What the live stream tells, put into the answers that are there. */
export interface LiveCache {
  overview(overview: Overview): void
  task(task: TaskSummary): void
  /** There was a gap: whatever was read before may be old. */
  resync(): void
  close(): void
}

/**
 * A task that is shown changes at once, in the lists as in its detail. Whether it still fits a list's filter, and
 * whether a task that is not shown does, is the server's to say: a list is read again when a task is told of in a
 * state that it was not told of before.
 */
export function liveCache(client: QueryClient): LiveCache {
  let changes = new Map<string, TaskSummary>()
  let gathering: ReturnType<typeof setTimeout> | undefined
  const known = new Map<string, string>()
  const refreshing = new Map<string, { isDue: boolean }>()
  let isClosed = false

  /** Reads it again after what is being read now. While it rests, what comes in is due after the rest. */
  async function refresh(queryKey: QueryKey): Promise<void> {
    const hash = hashKey(queryKey)
    const underWay = refreshing.get(hash)
    if (underWay) {
      underWay.isDue = true
      return
    }
    const mine = { isDue: false }
    refreshing.set(hash, mine)
    const filters = { queryKey, exact: true } as const
    const isReading = client.isFetching(filters) > 0
    if (isReading) await client.refetchQueries(filters, { cancelRefetch: false })
    mine.isDue = false
    const startedAt = Date.now()
    // Nobody looks at a hidden page; it is read again when it is seen.
    const refetchType = focusManager.isFocused() ? 'active' : 'none'
    await client.invalidateQueries({ ...filters, refetchType }, { cancelRefetch: false })
    await rest(Math.max(REST_MS * pagesOf(client, queryKey), REST_TIMES * (Date.now() - startedAt)))
    refreshing.delete(hash)
    if (mine.isDue && !isClosed) await refresh(queryKey)
  }

  function put(): void {
    const told = changes
    changes = new Map()
    gathering = undefined
    const hasNews = [...told.values()].filter(isNews).length > 0
    for (const { queryKey } of client.getQueryCache().findAll({ queryKey: keys.tasks })) {
      change<InfiniteData<TaskList>>(queryKey, (list) => withChanges(list, told))
      if (hasNews) void refresh(queryKey)
    }
    for (const task of told.values()) {
      const queryKey = taskKey(task.id)
      if (!client.getQueryState(queryKey)) continue
      change<TaskDetail>(queryKey, (before) => ({ ...before, ...task }))
      void refresh(queryKey)
    }
  }

  /** Part of an answer is new; the whole is as old as it was, and is read again as soon. */
  function change<T>(queryKey: QueryKey, by: (before: T) => T): void {
    const updatedAt = client.getQueryState(queryKey)?.dataUpdatedAt
    client.setQueryData<T>(queryKey, (before) => before && by(before), { updatedAt })
  }

  function isNews({ id, state, number }: TaskSummary): boolean {
    const now = `${state} ${number}`
    if (known.get(id) === now) return false
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(id, now)
    return true
  }

  return {
    overview: (overview) => void client.setQueryData(overviewQuery.queryKey, overview),
    task(task) {
      changes.set(task.id, task)
      gathering ??= setTimeout(put, GATHER_MS)
    },
    // What is being read may have been read before the gap, or over a connection that is dead: it begins anew.
    resync: () => void client.invalidateQueries(),
    close() {
      isClosed = true
      clearTimeout(gathering)
    },
  }
}

function withChanges(list: InfiniteData<TaskList>, told: ReadonlyMap<string, TaskSummary>): InfiniteData<TaskList> {
  const pages = list.pages.map((page) =>
    page.tasks.some(({ id }) => told.has(id))
      ? { ...page, tasks: page.tasks.map((task) => told.get(task.id) ?? task) }
      : page,
  )
  return { ...list, pages }
}

function pagesOf(client: QueryClient, queryKey: QueryKey): number {
  const data = client.getQueryData<Partial<InfiniteData<unknown>>>(queryKey)
  return data?.pages?.length ?? 1
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
