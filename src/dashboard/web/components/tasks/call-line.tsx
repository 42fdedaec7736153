import type { LlmCall } from '../../../../core/model/llm-call.ts'
import { countText, moneyText, spanText } from '../../text/format.ts'
import { useText } from '../../text/text.tsx'
import classes from './detail.module.css'

/** Ends that are as they should be. */
const goodEnds: readonly string[] = ['stop', 'tool_calls']

/** One call of a model: which, how it ended, and what it took. */
export function CallLine({ call }: { call: LlmCall }) {
  const { text } = useText()
  const { detail } = text
  const { model, end, firstMs, inputTokens, outputTokens, isEstimated, cost, isSummary } = call
  return (
    <p className={classes.call} data-testid="timeline-call">
      <b>{model}</b>
      {isSummary && <span>{detail.summary}</span>}
      {inputTokens !== undefined && (
        <span>
          {detail.tokens(countText(inputTokens), countText(outputTokens ?? 0))}
          {isEstimated && ` (${detail.estimated})`}
        </span>
      )}
      {cost !== undefined && <span>{detail.cost(moneyText(cost))}</span>}
      {firstMs !== undefined && <span>{detail.firstWord(spanText(firstMs, text))}</span>}
      <span data-tone={goodEnds.includes(end) ? undefined : 'bad'}>{end}</span>
    </p>
  )
}
