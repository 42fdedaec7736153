import { z } from 'zod'

/** What one call of a model was: it stands in the task's timeline and is what budgets and metrics count. */
export const llmCallSchema = z.object({
  model: z.string(),
  /** From the request to its end. */
  ms: z.number(),
  /** Until the first word; undefined when none came. */
  firstMs: z.number().optional(),
  /** `stop`, `length`, or why it failed. */
  end: z.string(),
  inputTokens: z.number().optional(),
  outputTokens: z.number().optional(),
  /** The upstream told no figures: these are estimated. */
  isEstimated: z.boolean().optional(),
  cost: z.number().optional(),
  /** It was not for the answer, but for what is remembered of the conversation. */
  isSummary: z.boolean().optional(),
})
export type LlmCall = z.infer<typeof llmCallSchema>

/** All calls of one task together. */
export const llmSumSchema = z.object({
  calls: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  cost: z.number().optional(),
  ms: z.number(),
})

/** The sum of calls; undefined when there was none. */
export function sumOfCalls(calls: readonly LlmCall[]): z.infer<typeof llmSumSchema> | undefined {
  if (calls.length === 0) return undefined
  const sum = (pick: (call: LlmCall) => number | undefined): number =>
    calls.reduce((total, call) => total + (pick(call) ?? 0), 0)
  return {
    calls: calls.length,
    inputTokens: sum((call) => call.inputTokens),
    outputTokens: sum((call) => call.outputTokens),
    cost: calls.some(({ cost }) => cost !== undefined) ? sum((call) => call.cost) : undefined,
    ms: sum((call) => call.ms),
  }
}

/** How a call ended in one word of few, for those who count: whatever is no end of its own is `failed`. */
export function endKindOf({ end }: LlmCall): string {
  return ENDS.has(end) ? end : 'failed'
}

const ENDS: ReadonlySet<string> = new Set(['stop', 'length', 'tool_calls', 'aborted'])
