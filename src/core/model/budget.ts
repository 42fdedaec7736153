import { z } from 'zod'

/**
 * What a budget counts: messages that ask a model, tokens in both directions, and money in the currency of the price
 * table.
 */
export const measureSchema = z.enum(['messages', 'tokens', 'cost'])
export type Measure = z.infer<typeof measureSchema>
export const measures: readonly Measure[] = measureSchema.options

/** What somebody may use in a day; what is left out has no limit. */
export interface Budget extends Partial<Record<Measure, number>> {
  /** The part of a limit from which on a warning is given, once a day. */
  warnAt: number
}

export interface Budgets {
  /** Each person, each group, and everybody together. */
  person: Budget
  group: Budget
  all: Budget
  /** For named persons (`onebot:10001`) and groups (`group:onebot:20001`) instead of the above. */
  subjects: Readonly<Record<string, Partial<Record<Measure, number | 'unlimited'>> & { warnAt?: number }>>
}

/** The subject that stands for everybody together. */
export const EVERYBODY = 'all'

export const subjectKindSchema = z.enum(['person', 'group', 'all'])
export type SubjectKind = z.infer<typeof subjectKindSchema>

export function kindOfSubject(subject: string): SubjectKind {
  if (subject === EVERYBODY) return 'all'
  return subject.startsWith('group:') ? 'group' : 'person'
}

/** The budget of a person, a group or everybody, as the config has it. */
export function budgetOf(budgets: Budgets, subject: string): Budget {
  const { [kindOfSubject(subject)]: general, subjects } = budgets
  const own = subjects[subject]
  if (own === undefined) return general
  const budget: Budget = { warnAt: own.warnAt ?? general.warnAt }
  for (const measure of measures) {
    const limit = own[measure] === undefined ? general[measure] : own[measure]
    if (limit !== 'unlimited' && limit !== undefined) budget[measure] = limit
  }
  return budget
}

export function hasLimits(budget: Budget): boolean {
  return measures.some((measure) => budget[measure] !== undefined)
}

/** More of one measure for a while, given by an operator. */
export const raiseSchema = z.object({
  subject: z.string(),
  measure: measureSchema,
  /** Added to each day's limit. */
  amount: z.number().positive(),
  until: z.number(),
  by: z.string(),
  at: z.number(),
})
export type Raise = z.infer<typeof raiseSchema>
