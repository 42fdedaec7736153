import { z } from 'zod'
import { waitShape } from './shape.ts'

/** Until all its child tasks have ended, which the last one says with this signal. */
export const piecesWaitSchema = z.object({
  kind: z.literal('pieces'),
  ...waitShape,
  signal: z.string(),
  count: z.number(),
})
