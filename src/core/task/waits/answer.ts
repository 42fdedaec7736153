import { z } from 'zod'
import { askedShape } from './shape.ts'

const fromSchema = z.union([z.enum(['asker', 'anyone']), z.array(z.string())])

/** Until somebody has answered a question. */
export const answerWaitSchema = z.object({
  kind: z.literal('answer'),
  ...askedShape,
  /** When it was asked. */
  atMs: z.number().optional(),
  /** Whose answer counts; person keys where several are named. */
  from: fromSchema,
  choices: z.array(z.string()).optional(),
  question: z.string(),
})
export type AnswerWait = z.infer<typeof answerWaitSchema>

export const answerOrderSchema = z.object({
  kind: z.literal('answer'),
  name: z.string(),
  withinMs: z.number().positive(),
  question: z.string(),
  from: fromSchema,
  choices: z.array(z.string()).optional(),
})

/** What a question came to; without a text, nothing in time. */
export const answerSchema = z.object({ text: z.string().optional(), by: z.string().optional() })
export type Answer = z.infer<typeof answerSchema>

/** As the signal says it: with the message that gave it. */
export const givenAnswerSchema = answerSchema.extend({ message: z.string().optional() })
export type GivenAnswer = z.infer<typeof givenAnswerSchema>
