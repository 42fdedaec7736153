import { z } from 'zod'
import { idSchema, messageSchema } from '../message/message.ts'
import { childItemSchema } from './child-item.ts'

/** The command a message asks for, as far as reading the text alone tells. */
export const routeSchema = z.object({
  /** Empty for a built-in command. */
  scene: z.string(),
  command: z.string(),
  /** What follows the command's words, as it was written. */
  rest: z.string(),
  /** It was called by something that stands in the text, and not by a name or the whole of it. */
  isByChance: z.boolean().optional(),
  /** The arguments by name, where a model gave them instead of a person's words. */
  given: z.record(z.string(), z.unknown()).optional(),
})
export type Route = z.infer<typeof routeSchema>

/** One message to be handled by one command: a job's payload, plain JSON. */
export const taskSchema = z.object({
  id: idSchema,
  lane: z.string(),
  /** Undefined when no command fits: its person is told, or it is ignored for a stated reason. */
  route: routeSchema.optional(),
  message: messageSchema,
  /** The request that waits for the answer: until when, and in which process. */
  held: z.object({ untilMs: z.number(), by: z.string() }).optional(),
  /**
   * The task whose model called this one as a tool: what it says goes there, and not to the chat. Or the one it is a
   * child task of.
   */
  parent: z.object({ id: idSchema, number: z.number() }).optional(),
  /** It is one item of an `all` of its parent, whose command and message it has. */
  piece: childItemSchema.optional(),
  /** The schedule that made it. */
  schedule: z.object({ id: idSchema, number: z.number() }).optional(),
  /** The task whose message it runs again, with the code of now. */
  replays: z.object({ id: idSchema, number: z.number() }).optional(),
  /**
   * It tries something out: what it says is kept in its record, and nothing is done in chats. Whether models and their
   * tools are asked.
   */
  dry: z.object({ models: z.boolean(), tools: z.boolean() }).optional(),
  /** The fair-share priority it waits under, 0 for none. */
  priority: z.number().int().default(0),
  /** Its ordering key: of those with the same one is done at a time, in the order they came. */
  orderingKey: z.string().optional(),
})
export type Task = z.infer<typeof taskSchema>

/** Tasks of 0.1 lie in stores and queues with other names for two of these. */
const formerNames = [
  { former: 'tag', name: 'priority' },
  { former: 'row', name: 'orderingKey' },
] as const

/** What was stored as a task, in the names of now. */
export function inTodaysNames<T>(stored: T): T {
  if (typeof stored !== 'object' || stored === null) return stored
  const fields: Record<string, unknown> = Object.fromEntries(Object.entries(stored))
  for (const { former, name } of formerNames) {
    if (!(former in fields)) continue
    fields[name] ??= fields[former]
    delete fields[former]
  }
  // The cast holds: what is renamed is what today's type calls by that name.
  return fields as T
}

/** A task as it lies in a queue, also one that 0.1 put there. */
export const storedTaskSchema = z.preprocess(inTodaysNames, taskSchema)
