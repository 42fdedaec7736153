import type { TaskSummary } from '../../api/shapes.ts'
import { navigate } from '../router.tsx'
import { useText } from '../text/text.tsx'
import { post } from './http.ts'
import { keys, taskKey } from './queries.ts'
import type { TaskAction } from './task-state.ts'
import { useAct } from './use-act.ts'

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
  const { busy, act } = useAct<Act>([keys.tasks, taskKey(task.id)])

  const run = (name: Act, body: object, tell: (answer: TaskSummary | undefined) => string) =>
    act({
      name,
      async work() {
        const path = `/api/tasks/${encodeURIComponent(task.id)}/${name}`
        const headers = { 'content-type': 'application/json' }
        const answer = await post<TaskSummary | undefined>('POST', path, JSON.stringify(body), headers)
        return { message: tell(answer) }
      },
    })
  return {
    busy,
    act(action, options = {}) {
      const done = action === 'cancel' ? text.action.cancelled : text.action.retried
      run(action, options, () => done(nameOf(task)))
    },
    replay({ dry }) {
      run('replay', { dry, waitMs: 0 }, (begun) => {
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
