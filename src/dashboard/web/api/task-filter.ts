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

function fits(task: TaskSummary, filter: TaskFilter): boolean {
  const q = filter.q.toLowerCase()
  return (
    (filter.states.length === 0 || filter.states.includes(task.state)) &&
    (!filter.channel || task.channel === filter.channel) &&
    (!filter.user || personOf(task) === filter.user.toLowerCase()) &&
    (!filter.command || task.command === filter.command) &&
    (!q || task.text.toLowerCase().includes(q) || task.id.toLowerCase().includes(q))
  )
}

/**
 * The list after some tasks changed: known ones are replaced, or leave when they no longer fit; new ones come in at their place.
 * One that belongs behind all that is loaded stays out when there are further pages: it comes with its page.
 */
export function mergeTasks(
  list: readonly TaskSummary[],
  changes: ReadonlyMap<string, TaskSummary>,
  filter: TaskFilter,
  hasMore: boolean,
): TaskSummary[] {
  const byId = new Map([...list.map((task): [string, TaskSummary] => [task.id, task]), ...changes])
  const known = new Set(list.map(({ id }) => id))
  const lastNumber = hasMore ? (list.at(-1)?.number ?? 0) : 0
  return [...byId.values()]
    .filter((task) => fits(task, filter) && (known.has(task.id) || numberOf(task) > lastNumber))
    .sort((a, b) => numberOf(b) - numberOf(a) || b.createdAt - a.createdAt)
}

/** As the server lists them: by number, those that wait for one before all others. */
function numberOf(task: TaskSummary): number {
  return task.number ?? Number.MAX_SAFE_INTEGER
}
