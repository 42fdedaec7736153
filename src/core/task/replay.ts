import { z } from 'zod'
import { answerDiffSchema } from './answer-diff.ts'
import { runStateSchema } from './run.ts'

/** A replay beside the task that it repeats. */
export const replayedSchema = z.object({
  of: z.object({ id: z.string(), number: z.number() }),
  isDry: z.boolean(),
  /** How the other one ended; undefined when its record is no longer kept. */
  was: z.object({ state: runStateSchema, why: z.string().optional() }).optional(),
  /** What both say, by name; undefined while the replay goes on. */
  answers: z.array(answerDiffSchema).optional(),
})
export type Replayed = z.infer<typeof replayedSchema>
