import type { RunState } from '../../../core/task/run.ts'
import type { TaskSummary } from '../../api/shapes.ts'

/** What the task list is narrowed to; lives in the address. */
export interface TaskFilter {
  states: RunState[]
  channel: string
  /** `channel:id` of the person. */
  user: string
  command: string
  q: string
}

export const allStates: readonly RunState[] = [
  'waiting',
  'running',
  'done',
  'refused',
  'failed',
  'cancelled',
  'ignored',
]

export function readFilter(query: URLSearchParams): TaskFilter {
  const states = (query.get('state') ?? '').split(',')
  return {
    states: allStates.filter((state) => states.includes(state)),
    channel: query.get('channel') ?? '',
    user: query.get('user') ?? '',
    command: query.get('command') ?? '',
    q: query.get('q') ?? '',
  }
}

/** The same words for the address and for GET /api/tasks; what is empty is left out. */
export function writeFilter(filter: TaskFilter): URLSearchParams {
  const query = new URLSearchParams()
  if (filter.states.length > 0) query.set('state', filter.states.join(','))
  for (const key of ['channel', 'user', 'command', 'q'] as const) {
    if (filter[key]) query.set(key, filter[key])
  }
  return query
}

export function isFiltered(filter: TaskFilter): boolean {
  return writeFilter(filter).size > 0
}

export function personOf(task: TaskSummary): string {
  return `${task.channel}:${task.sender.id}`.toLowerCase()
}
