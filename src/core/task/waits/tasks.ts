import { z } from 'zod'
import { waitShape } from './shape.ts'

/** Until one of these tasks has ended. */
export const tasksWaitSchema = z.object({
  kind: z.literal('tasks'),
  ...waitShape,
  taskIds: z.array(z.string()).min(1),
})

/** The signal that a task's end is to whoever waits for it. */
export function endSignal(taskId: string): string {
  return `task:${taskId}`
}
