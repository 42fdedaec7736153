import { performance } from 'node:perf_hooks'
import type { LlmMessage } from '../../core/model/llm.ts'
import type { LlmCall } from '../../core/model/llm-call.ts'
import { type Bilingual, inLang } from '../../core/text/lang.ts'
import type { Ledger } from './ledger.ts'
import type { Llm, ModelConfig } from './llm.ts'
import { estimateTokens } from './tokens.ts'

/**
 * The same models, asked only by who has budget left, and every call counted. A call that broke off after some words
 * has cost something as well: it is estimated.
 */
export function budgeted(llm: Llm, ledger: Ledger, models: readonly ModelConfig[]): Llm {
  return {
    async ask(messages, options) {
      const { run, lang } = options
      const warn = (warnings: Bilingual[]): void => {
        for (const warning of warnings) options.onWarning?.(inLang(lang, warning))
      }
      // Nobody asked for a summary, so it is no message of theirs; what it costs is.
      if (!options.isSummary) warn(await ledger.admit(run))
      let text = ''
      let firstAt: number | undefined
      const spending: Promise<void>[] = []
      try {
        return await llm.ask(messages, {
          ...options,
          onText(soFar) {
            firstAt ??= performance.now()
            text = soFar
            options.onText?.(soFar)
          },
          onCall(told) {
            const startedAt = performance.now() - told.ms
            const firstMs = firstAt === undefined ? undefined : Math.max(0, Math.round(firstAt - startedAt))
            const call = { ...withEstimate(told, messages, text, models), firstMs }
            text = ''
            firstAt = undefined
            options.onCall?.(call)
            spending.push(ledger.spend(run, call).then(warn))
          },
        })
      } finally {
        await Promise.all(spending)
      }
    },
  }
}

/** With figures where there were words and the upstream told none. */
function withEstimate(
  call: LlmCall,
  messages: readonly LlmMessage[],
  text: string,
  models: readonly ModelConfig[],
): LlmCall {
  if (call.inputTokens !== undefined || text === '') return call
  const inputTokens = messages.reduce((sum, message) => sum + estimateTokens(message.text), 0)
  const outputTokens = estimateTokens(text)
  const price = models.find(({ name }) => name === call.model)?.price
  const cost = price && (inputTokens * price.inputPerMillion + outputTokens * price.outputPerMillion) / 1_000_000
  return { ...call, inputTokens, outputTokens, isEstimated: true, cost }
}
