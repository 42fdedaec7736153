import { z } from 'zod'
import { askedShape } from './shape.ts'

/** Until people have approved it, or one has rejected it. */
export const approvalWaitSchema = z.object({
  kind: z.literal('approval'),
  ...askedShape,
  question: z.string().optional(),
  /** `scene.command`: whoever was granted that, and administrators. Undefined: the person who asked for the task. */
  by: z.string().optional(),
  notSelf: z.boolean(),
  count: z.number().int().positive(),
  /** From then on these may approve it, too: `scene.command`, or person keys. */
  escalate: z.object({ atMs: z.number(), to: z.union([z.string(), z.array(z.string())]) }).optional(),
})
export type ApprovalWait = z.infer<typeof approvalWaitSchema>

export const approvalOrderSchema = z.object({
  kind: z.literal('approval'),
  name: z.string(),
  withinMs: z.number().positive(),
  question: z.string().optional(),
  by: z.string().optional(),
  notSelf: z.boolean(),
  count: z.number().int().positive(),
  escalate: z.object({ afterMs: z.number().positive(), to: z.union([z.string(), z.array(z.string())]) }).optional(),
})

/** What an approval came to; by nobody when its time was over. */
export const approvalSchema = z.object({
  isApproved: z.boolean(),
  by: z.array(z.string()),
  note: z.string().optional(),
})
export type Approval = z.infer<typeof approvalSchema>

/** As the signal says it: with the message that decided. */
export const givenApprovalSchema = approvalSchema.extend({ message: z.string().optional() })
export type GivenApproval = z.infer<typeof givenApprovalSchema>
