import { z } from 'zod'
import { waitShape } from './shape.ts'

/** Until a moment. */
export const sleepWaitSchema = z.object({ kind: z.literal('sleep'), ...waitShape })

export const sleepOrderSchema = z.object({ kind: z.literal('sleep'), name: z.string(), ms: z.number().min(0) })
