import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import type { TaskSummary } from '../../api/shapes.ts'
import { useText } from '../text/text.tsx'
import { post } from './http.ts'
import { useMessage } from './use-message.ts'

export type TaskAction = 'cancel' | 'retry'

/** Cancels and retries; says in a toast how it went. `busy` is the one under way. */
export function useTaskActions(task: TaskSummary): { busy: TaskAction | undefined; act(action: TaskAction): void } {
  const { text } = useText()
  const messageOf = useMessage()
  const [busy, setBusy] = useState<TaskAction>()

  const act = async (action: TaskAction) => {
    setBusy(action)
    const name = task.number === undefined ? task.id : `#${task.number}`
    try {
      await post('POST', `/api/tasks/${encodeURIComponent(task.id)}/${action}`)
      const done = action === 'cancel' ? text.action.cancelled(name) : text.action.retried(name)
      notifications.show({ message: done, color: 'teal' })
    } catch (error) {
      notifications.show({ title: text.action.failed, message: messageOf(error), color: 'red' })
    } finally {
      setBusy(undefined)
    }
  }
  return { busy, act: (action) => void act(action) }
}

/** A task that goes on can be cancelled; one that did not end well can be tried again. */
export function actionOf(task: TaskSummary): TaskAction | undefined {
  if (task.state === 'waiting' || task.state === 'running') return 'cancel'
  if (task.state === 'failed' || task.state === 'cancelled') return 'retry'
  return undefined
}
