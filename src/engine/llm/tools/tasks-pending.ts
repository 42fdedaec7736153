import type { Wait } from '../../../core/task/wait.ts'

/**
 * What was called goes on for longer than a slot is held for it: the question is asked again when one of these tasks
 * has ended.
 */
export class TasksPending extends Error {
  override readonly name = 'TasksPending'
  readonly wait: Wait & { kind: 'tasks' }
  constructor(wait: Wait & { kind: 'tasks' }) {
    super(`it waits for ${wait.taskIds.join(', ')}`)
    this.wait = wait
  }
}
