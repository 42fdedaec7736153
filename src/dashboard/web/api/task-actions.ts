import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import type { TaskSummary } from '../../api/shapes.ts'
import { navigate } from '../router.tsx'
import { useText } from '../text/text.tsx'
import { post } from './http.ts'
import { useMessage } from './use-message.ts'

export type TaskAction = 'cancel' | 'retry'
type Act = TaskAction | 'replay'

export interface TaskActions {
  /** The one under way. */
  busy: Act | undefined
  act(action: TaskAction, options?: { fresh?: boolean }): void
  /** Runs its message again and shows the task that this becomes. */
  replay(options: { dry: boolean }): void
}

/** Cancels, retries and replays; says in a toast how it went. */
export function useTaskActions(task: TaskSummary): TaskActions {
  const { text } = useText()
  const messageOf = useMessage()
  const [busy, setBusy] = useState<Act>()

  const run = async (action: Act, body: object, tell: (answer: TaskSummary | undefined) => string) => {
    setBusy(action)
    try {
      const path = `/api/tasks/${encodeURIComponent(task.id)}/${action}`
      const headers = { 'content-type': 'application/json' }
      const answer = await post<TaskSummary | undefined>('POST', path, JSON.stringify(body), headers)
      notifications.show({ message: tell(answer), color: 'teal' })
    } catch (error) {
      notifications.show({ title: text.action.failed, message: messageOf(error), color: 'red' })
    } finally {
      setBusy(undefined)
    }
  }
  return {
    busy,
    act(action, options = {}) {
      const done = action === 'cancel' ? text.action.cancelled : text.action.retried
      void run(action, options, () => done(nameOf(task)))
    },
    replay({ dry }) {
      void run('replay', { dry, waitMs: 0 }, (begun) => {
        if (begun === undefined) return text.action.replay
        navigate(`/tasks/${encodeURIComponent(begun.id)}`)
        return text.action.replayed(nameOf(begun))
      })
    },
  }
}

function nameOf({ number, id }: TaskSummary): string {
  return number === undefined ? id : `#${number}`
}

/** A task that goes on can be cancelled; one that did not end well can be tried again. */
export function actionOf(task: TaskSummary): TaskAction | undefined {
  if (task.state === 'waiting' || task.state === 'running') return 'cancel'
  if (task.state === 'failed' || task.state === 'cancelled') return 'retry'
  return undefined
}
