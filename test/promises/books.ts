import {
  type Overview,
  overviewSchema,
  type TaskDetail,
  type TaskSummary,
  taskDetailSchema,
  taskListSchema,
} from '../../src/dashboard/api/shapes.ts'
import type { Huitou } from '../fakes/huitou.ts'
import { sideBySide } from './work.ts'

/** All runs, newest first. */
export async function allRuns(huitou: Huitou): Promise<TaskSummary[]> {
  const runs: TaskSummary[] = []
  let before = ''
  for (;;) {
    const { tasks, next } = taskListSchema.parse(await read(huitou, `/api/tasks?limit=200${before}`))
    runs.push(...tasks)
    if (next === undefined) return runs
    before = `&before=${next}`
  }
}

export function detailsOf(huitou: Huitou, ids: readonly string[]): Promise<TaskDetail[]> {
  return sideBySide(ids, 8, async (id) => taskDetailSchema.parse(await read(huitou, `/api/tasks/${id}`)))
}

/** Whether nothing waits, runs or is still to be sent: what has not happened by now never will. */
export async function isQuiet(huitou: Huitou): Promise<boolean> {
  const { lanes, channels } = await overviewOf(huitou)
  return (
    lanes.every(({ waiting, active, delayed }) => waiting + active + delayed === 0) &&
    channels.every(({ waiting }) => waiting === 0)
  )
}

export async function overviewOf(huitou: Huitou): Promise<Overview> {
  return overviewSchema.parse(await read(huitou, '/api/overview'))
}

async function read(huitou: Huitou, path: string): Promise<unknown> {
  const response = await huitou.api(path)
  if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  return response.json()
}
