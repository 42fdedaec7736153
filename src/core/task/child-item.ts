import { z } from 'zod'

/** What a task that is one item of an `all` knows beside its command and message, which are its parent's. */
export const childItemSchema = z.object({
  /** The `all` among those of its parent, made from its name. First, since the store looks for it. */
  fan: z.string(),
  /** What its author calls that `all`. */
  name: z.string(),
  /** The place of its item, from 0. */
  index: z.number().int().min(0),
  item: z.unknown(),
  /** How many attempts it has; its command's when not said. */
  attempts: z.number().int().positive().optional(),
  /** A model called its parent as a tool: what it says goes there. */
  isCalled: z.boolean().optional(),
})
export type ChildItem = z.infer<typeof childItemSchema>

/** How a child task ended: with what its function gave back, or why not. */
export const childEndSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('done'), value: z.unknown() }),
  z.object({ state: z.enum(['refused', 'failed', 'cancelled', 'ignored']), why: z.string() }),
])
export type ChildEnd = z.infer<typeof childEndSchema>

/** The id of the task that an item becomes: the same in every attempt at its parent. */
export function childTaskId(parentId: string, fan: string, index: number): string {
  return `${parentId}-p${fan}-${index}`
}
