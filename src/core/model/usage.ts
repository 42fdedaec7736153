import { z } from 'zod'
import { measureSchema, raiseSchema, subjectKindSchema } from './budget.ts'

/*
 * What models were used for, as the store counts it: one book a day, with a counter for each figure of each model,
 * person and group; and one book of all times by model, which metrics are made of.
 */

/** How many days are kept, today among them. */
export const USAGE_DAYS = 14
/** The book of a day (`2026-11-21`), and the one that never ends. */
export const dayBook = (day: string): string => `llm:${day}`
export const TOTAL_BOOK = 'llm:total'

/** A counter's name: what is counted, of which kind, and of whom. The name may hold anything, so it stands last. */
export function usageLine(kind: string, figure: string, name: string): string {
  return `${kind} ${figure} ${name}`
}

export function readUsageLine(line: string): { kind: string; figure: string; name: string } {
  const [kind = '', figure = '', ...name] = line.split(' ')
  return { kind, figure, name: name.join(' ') }
}

/** Upper ends of what times are counted in, seconds: to the first word, and to the last. */
export const FIRST_WORD_SECONDS = [0.25, 0.5, 1, 2, 5, 10, 30]
export const WHOLE_SECONDS = [0.5, 1, 2, 5, 10, 30, 60, 180]

/** The place of a time among these, as its counter is named. */
export function bucketOf(ms: number, ends: readonly number[]): string {
  return String(ends.find((end) => ms <= end * 1_000) ?? '+Inf')
}

const figuresSchema = z.object({ messages: z.number(), calls: z.number(), tokens: z.number(), cost: z.number() })
export type Figures = z.infer<typeof figuresSchema>

/** One measure of a budget today. */
const limitSchema = z.object({
  measure: measureSchema,
  used: z.number(),
  /** With what it was raised by. */
  limit: z.number(),
  raisedBy: z.number(),
})

export const standingSchema = z.object({
  subject: z.string(),
  kind: subjectKindSchema,
  used: figuresSchema,
  /** None: nothing stops this one. */
  limits: z.array(limitSchema),
})
export type Standing = z.infer<typeof standingSchema>

/** GET /api/usage: what was used, newest day last, and the budgets as they stand today. */
export const usageSchema = z.object({
  timeZone: z.string(),
  today: z.string(),
  /** When the budgets begin anew. */
  until: z.number(),
  days: z.array(figuresSchema.extend({ day: z.string() })),
  /** Over the days that were asked for, the most tokens first. */
  models: z.array(
    z.object({
      model: z.string(),
      calls: z.number(),
      failures: z.number(),
      inputTokens: z.number(),
      outputTokens: z.number(),
      cost: z.number(),
    }),
  ),
  people: z.array(figuresSchema.extend({ subject: z.string() })),
  groups: z.array(figuresSchema.extend({ subject: z.string() })),
  /** Of those who asked today and whom the config names; the fullest first. */
  budgets: z.array(standingSchema),
  raises: z.array(raiseSchema),
})
export type Usage = z.infer<typeof usageSchema>
