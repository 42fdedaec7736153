import type { TaskSummary } from '../../../api/shapes.ts'
import { spanText } from '../../text/format.ts'
import { useText } from '../../text/text.tsx'

/** How long the task has run or ran; empty before it starts. */
export function useTook(task: TaskSummary, now: number): string {
  const { text } = useText()
  if (task.startedAt === undefined && task.endedAt === undefined) return ''
  const from = task.startedAt ?? task.createdAt
  return spanText(Math.max(0, (task.endedAt ?? now) - from), text)
}
