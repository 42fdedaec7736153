import { z } from 'zod'
import { answerOrderSchema, answerWaitSchema } from './waits/answer.ts'
import { approvalOrderSchema, approvalWaitSchema } from './waits/approval.ts'
import { piecesWaitSchema } from './waits/pieces.ts'
import { sleepOrderSchema, sleepWaitSchema } from './waits/sleep.ts'
import { endSignal, tasksWaitSchema } from './waits/tasks.ts'

/*
 * The kinds of waits, a file each in `waits/`: as data, which hosts, stores and the dashboard read. What the engine
 * does about those that a command asks for stands in its room `waiting`.
 */

/** What a run has given its slot up for. */
export const waitSchema = z.discriminatedUnion('kind', [
  sleepWaitSchema,
  approvalWaitSchema,
  answerWaitSchema,
  tasksWaitSchema,
  piecesWaitSchema,
])
export type Wait = z.infer<typeof waitSchema>

/** What a command asks to wait for; its time counts from the first time it asks. */
export const waitOrderSchema = z.discriminatedUnion('kind', [sleepOrderSchema, approvalOrderSchema, answerOrderSchema])
export type WaitOrder = z.infer<typeof waitOrderSchema>

/** The signals of which any ends a wait before its time. */
const signals: { [Kind in Wait['kind']]: (wait: Extract<Wait, { kind: Kind }>) => string[] } = {
  sleep: () => [],
  approval: ({ signal }) => [signal],
  answer: ({ signal }) => [signal],
  tasks: ({ taskIds }) => taskIds.map(endSignal),
  pieces: ({ signal }) => [signal],
}

export function signalsOf(wait: Wait): string[] {
  // The cast holds: it is the row of its own kind.
  return (signals[wait.kind] as (wait: Wait) => string[])(wait)
}

/** Under which a signal is kept among the steps of its run; authors' names never begin so. */
export function signalStep(signal: string): string {
  return `${SIGNAL_PREFIX}${signal}`
}
const SIGNAL_PREFIX = 'signal:'

/** When the first of them ends by itself, or wants to be looked at. */
export function firstEnd(waits: readonly Wait[]): number {
  return Math.min(...waits.map(({ wakeMs, untilMs }) => wakeMs ?? untilMs))
}
