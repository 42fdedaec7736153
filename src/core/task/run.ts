import { z } from 'zod'
import { sendRouteSchema } from '../delivery/delivery.ts'
import { askerOf } from '../message/message.ts'
import { llmCallSchema } from '../model/llm-call.ts'
import { type Task, taskSchema } from './task.ts'
import { waitSchema } from './wait.ts'

export const runStateSchema = z.enum(['waiting', 'running', 'done', 'refused', 'failed', 'cancelled', 'ignored'])
export type RunState = z.infer<typeof runStateSchema>
export const liveStates: readonly RunState[] = ['waiting', 'running']

/** One line of a timeline: what happened, when, and what an operator wants to know of it. */
export const timelineEventSchema = z.object({
  at: z.number(),
  kind: z.enum([
    'received',
    'stored',
    'held',
    'noticed',
    'started',
    'step',
    'progress',
    'log',
    'said',
    'asked',
    'snoozed',
    'waits',
    'signal',
    'retry',
    'done',
    'refused',
    'failed',
    'cancelled',
    'ignored',
    'reopened',
    'replays',
    'sent',
    'undelivered',
    'tool',
    'undone',
    'piece',
  ]),
  text: z.string().optional(),
  ms: z.number().optional(),
  attempt: z.number().optional(),
  route: sendRouteSchema.optional(),
  /** The task that a called tool, or an item of an `all`, became. */
  child: z.object({ id: z.string(), number: z.number() }).optional(),
  /** What a model was asked for. */
  call: llmCallSchema.optional(),
})
export type TimelineEvent = z.infer<typeof timelineEventSchema>

/** What is known of a task when its record is made. */
export const newRunSchema = z.object({
  id: z.string(),
  task: taskSchema,
  /** `personKey` of who asked. */
  owner: z.string(),
  events: z.array(timelineEventSchema),
  /** Of those with the same one that begin, one is under way at a time, in the order of their numbers. */
  attemptKey: z.string().optional(),
})
export type NewRun = z.infer<typeof newRunSchema>

/** A task's record as it begins: its asker's, received. */
export function newRunOf(task: Task): NewRun {
  const { message } = task
  return { id: task.id, task, owner: askerOf(message), events: [{ at: message.receivedAt, kind: 'received' }] }
}

/** A task as its record tells it. */
export const runSchema = z.object({
  id: z.string(),
  /** What people call it: #12. Counts up over the whole installation. */
  number: z.number(),
  task: taskSchema,
  owner: z.string(),
  state: runStateSchema,
  attempt: z.number(),
  /** Attempts of this generation that failed; one that was cut short by a process's death is none. */
  failures: z.number().default(0),
  /** How often it was opened again after its end: what it says then is new, not a repeat. */
  generation: z.number(),
  /** Counts the claims; a worker with an old one is fenced off. */
  fencingToken: z.number(),
  leaseUntil: z.number(),
  /** What it has given its slot up for, while it waits for something else than a slot. */
  waits: z.array(waitSchema).optional(),
  progress: z.object({ percent: z.number().optional(), text: z.string().optional() }).optional(),
  why: z.string().optional(),
  createdAt: z.number(),
  startedAt: z.number().optional(),
  endedAt: z.number().optional(),
})
export type Run = z.infer<typeof runSchema>

export interface EndState {
  state: 'done' | 'refused' | 'failed' | 'cancelled' | 'ignored'
  why?: string
}

export interface RunFilter {
  states?: readonly RunState[]
  channel?: string
  /** `personKey` of the owner. */
  user?: string
  chat?: string
  /** `scene command`, or a built-in's name. */
  command?: string
  /** Part of the message's text or the task's id. */
  q?: string
}
