import { kindOfSubject } from '../../core/model/budget.ts'
import { endKindOf, type LlmCall } from '../../core/model/llm-call.ts'
import { bucketOf, FIRST_WORD_SECONDS, usageLine, WHOLE_SECONDS } from '../../core/model/usage.ts'

interface Line {
  name: string
  by: number
}

/** What a call adds to its day's book: to each subject's figures and to its model's. */
export function linesOfCall(call: LlmCall, subjects: readonly string[]): Line[] {
  const { model, inputTokens = 0, outputTokens = 0, cost = 0 } = call
  const ofSubjects = subjects.flatMap((subject) => {
    const line = (figure: string, by: number): Line => ({
      name: usageLine(kindOfSubject(subject), figure, subject),
      by,
    })
    return [line('calls', 1), line('tokens', inputTokens + outputTokens), line('cost', cost)]
  })
  const ofModel: Line[] = [
    { name: usageLine('model', 'calls', model), by: 1 },
    { name: usageLine('model', 'failures', model), by: endKindOf(call) === 'failed' ? 1 : 0 },
    { name: usageLine('model', 'inputTokens', model), by: inputTokens },
    { name: usageLine('model', 'outputTokens', model), by: outputTokens },
    { name: usageLine('model', 'cost', model), by: cost },
  ]
  return [...ofSubjects, ...ofModel]
}

/** What it adds to the counters that metrics are made of. */
export function totalsOfCall(call: LlmCall): Line[] {
  const { model, ms, firstMs, inputTokens = 0, outputTokens = 0, cost = 0 } = call
  const first: Line[] =
    firstMs === undefined
      ? []
      : [
          { name: usageLine('first', bucketOf(firstMs, FIRST_WORD_SECONDS), model), by: 1 },
          { name: usageLine('first', 'seconds', model), by: firstMs / 1_000 },
        ]
  return [
    { name: usageLine('calls', endKindOf(call), model), by: 1 },
    { name: usageLine('tokens', 'input', model), by: inputTokens },
    { name: usageLine('tokens', 'output', model), by: outputTokens },
    { name: usageLine('cost', 'total', model), by: cost },
    { name: usageLine('whole', bucketOf(ms, WHOLE_SECONDS), model), by: 1 },
    { name: usageLine('whole', 'seconds', model), by: ms / 1_000 },
    ...first,
  ]
}
