import { retryWhileUnavailable } from '../../core/retry-while-unavailable.ts'
import type { Run } from '../../core/task/run.ts'
import { openOnce } from '../steps/once.ts'
import { type AnsweringPorts, takeAsAnswer } from '../waiting/chat-questions.ts'

/** Takes a task's message for the answer to a question of its chat; see `takeAsAnswer`. */
export function asAnswer(run: Run, ports: AnsweringPorts): ReturnType<typeof takeAsAnswer> {
  const once = openOnce(run, ports.store.steps)
  return retryWhileUnavailable(() => takeAsAnswer(run.task.message, once, run.fencingToken === 1, ports))
}
