import type { Run } from '../../../core/task/run.ts'
import type { Task } from '../../../core/task/task.ts'
import type { Api } from '../api.ts'
import { notFound } from '../fault.ts'

/** A task by its record or, while it waits in its queue without one, by itself. */
export type Found = { kind: 'run'; id: string; run: Run } | { kind: 'waiting'; id: string; task: Task }

/** By id or by number (#12 is `12`). Throws a 404. */
export async function findTask(api: Api, idOrNumber: string): Promise<Found> {
  const { runs } = api.store
  const number = /^\d{1,15}$/.test(idOrNumber) ? Number(idOrNumber) : undefined
  const run = number === undefined ? await runs.find(idOrNumber) : await runs.findByNumber(number)
  if (run) return { kind: 'run', id: run.id, run }
  const waiting = number === undefined ? await api.waitingTasks({ q: idOrNumber }, 10) : []
  const task = waiting.find(({ id }) => id === idOrNumber)
  if (task) return { kind: 'waiting', id: task.id, task }
  throw notFound(`task ${number === undefined ? idOrNumber : `#${number}`}`)
}
