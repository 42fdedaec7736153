import { useQuery } from '@tanstack/react-query'
import type { TaskDetail } from '../../api/shapes.ts'
import { ApiError } from './http.ts'
import { taskQuery } from './queries.ts'

export interface TaskView {
  task: TaskDetail | undefined
  error: Error | undefined
  isMissing: boolean
  reload(): void
}

/** One task with its timeline, read again whenever the live stream says that it changed. */
export function useTask(id: string): TaskView {
  const { data, error, refetch } = useQuery(taskQuery(id))
  const isMissing = error instanceof ApiError && error.status === 404
  return { task: data, error: error ?? undefined, isMissing, reload: () => void refetch() }
}
