import type { Run } from '../../../core/task/run.ts'
import type { Route, Task } from '../../../core/task/task.ts'
import type { TaskSummary } from '../shapes.ts'

const textLength = 200

/** A task by its record. */
export function summaryOf(run: Run): TaskSummary {
  const { number, state, attempt, progress, waits, why, createdAt, startedAt, endedAt } = run
  return { ...aboutTask(run.task), number, state, attempt, progress, waits, why, createdAt, startedAt, endedAt }
}

/** A task that waits in its queue and has no record yet. */
export function waitingSummaryOf(task: Task): TaskSummary {
  return { ...aboutTask(task), state: 'waiting', attempt: 0, createdAt: task.message.receivedAt }
}

function aboutTask({ id, lane, route, message, parent, replays, dry }: Task) {
  const { channel, chat, chatKind } = message.from
  const text = cut(message.text)
  const isDry = dry === undefined ? undefined : true
  const { sender } = message
  return { id, lane, command: commandName(route), text, channel, chat, chatKind, sender, parent, replays, isDry }
}

function commandName(route: Route | undefined): string {
  if (!route) return ''
  return route.scene === '' ? route.command : `${route.scene} ${route.command}`
}

/** By whole characters, and without walking through a long text. */
function cut(text: string): string {
  return Array.from(text.slice(0, 2 * textLength))
    .slice(0, textLength)
    .join('')
}
