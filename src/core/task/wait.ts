import { z } from 'zod'

/** What a run has given its slot up for. Each is known by its name in the command, as a step is. */
export const waitSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sleep'), name: z.string(), untilMs: z.number() }),
  z.object({
    kind: z.literal('approval'),
    name: z.string(),
    untilMs: z.number(),
    /** The signal that ends it. */
    signal: z.string(),
    /** `scene.command`: whoever was granted that, and administrators. Undefined: the person who asked for the task. */
    by: z.string().optional(),
    notSelf: z.boolean(),
    count: z.number().int().positive(),
    /** From then on these may approve it, too: `scene.command`, or person keys. */
    escalate: z.object({ atMs: z.number(), to: z.union([z.string(), z.array(z.string())]) }).optional(),
    /** Its run is looked at then already, before the time is over. */
    wakeMs: z.number().optional(),
  }),
  z.object({
    kind: z.literal('answer'),
    name: z.string(),
    untilMs: z.number(),
    signal: z.string(),
    /** Whose answer counts; person keys where several are named. */
    from: z.union([z.enum(['asker', 'anyone']), z.array(z.string())]),
    choices: z.array(z.string()).optional(),
    question: z.string(),
  }),
  /** Until one of these tasks has ended. */
  z.object({
    kind: z.literal('tasks'),
    name: z.string(),
    untilMs: z.number(),
    taskIds: z.array(z.string()).min(1),
  }),
  /** Until all its pieces have ended, which the last one says with this signal. */
  z.object({ kind: z.literal('pieces'), name: z.string(), untilMs: z.number(), signal: z.string(), count: z.number() }),
])
export type Wait = z.infer<typeof waitSchema>
export type ApprovalWait = Extract<Wait, { kind: 'approval' }>
export type AnswerWait = Extract<Wait, { kind: 'answer' }>

/** What a question came to; without a text, nothing in time. */
export const answerSchema = z.object({ text: z.string().optional(), by: z.string().optional() })
export type Answer = z.infer<typeof answerSchema>

/** What an approval came to. */
export const approvalSchema = z.object({
  isApproved: z.boolean(),
  by: z.array(z.string()),
  note: z.string().optional(),
})
export type Approval = z.infer<typeof approvalSchema>

/** The signal that a task's end is to whoever waits for it. */
export function endSignal(taskId: string): string {
  return `task:${taskId}`
}

/** Under which a signal is kept among the steps of its run; authors' names never begin so. */
export function signalStep(signal: string): string {
  return `${SIGNAL_PREFIX}${signal}`
}
export const SIGNAL_PREFIX = 'signal:'

/** The signals of which any ends this wait before its time. */
export function signalsOf(wait: Wait): string[] {
  switch (wait.kind) {
    case 'sleep':
      return []
    case 'approval':
    case 'answer':
    case 'pieces':
      return [wait.signal]
    case 'tasks':
      return wait.taskIds.map(endSignal)
  }
}

/** When the first of them ends by itself, or wants to be looked at. */
export function firstEnd(waits: readonly Wait[]): number {
  return Math.min(...waits.map((wait) => (wait.kind === 'approval' ? (wait.wakeMs ?? wait.untilMs) : wait.untilMs)))
}
