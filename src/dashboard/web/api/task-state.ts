import type { TaskSummary } from '../../api/shapes.ts'

export type TaskAction = 'cancel' | 'retry'

/** A task that goes on can be cancelled; one that did not end well can be tried again. */
export function actionOf(task: TaskSummary): TaskAction | undefined {
  if (task.state === 'waiting' || task.state === 'running') return 'cancel'
  if (task.state === 'failed' || task.state === 'cancelled') return 'retry'
  return undefined
}
