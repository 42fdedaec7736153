import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import type { LlmMessage } from '../../core/llm.ts'
import type { LlmCall } from '../../core/llm-call.ts'
import { whyOf } from '../../core/why.ts'
import type { AskOptions, Llm, LlmConfig, ModelConfig } from './llm.ts'
import { LlmError } from './llm-error.ts'
import { estimateTokens } from './tokens.ts'
import { type Answered, openUpstream, PassingError } from './upstream.ts'

/** What a wrong key or question is, no other model mends either. */
const final = new Set(['no_key', 'bad_key', 'content_filter'])

/**
 * Asks the models in their order: each some times, waiting as long as it asks to, then the next. An empty answer and a stream that
 * broke are tried again too.
 */
export function openLlm(config: LlmConfig): Llm {
  const { apiKey } = config
  if (apiKey === undefined) return { ask: () => Promise.reject(new LlmError('no_key', 'OPENAI_API_KEY is not set')) }
  const upstream = openUpstream(config, apiKey)

  async function askModel(
    model: ModelConfig,
    messages: readonly LlmMessage[],
    options: AskOptions,
    endsAt: number,
  ): Promise<string> {
    const limit = AbortSignal.timeout(Math.max(1, Math.ceil(endsAt - performance.now())))
    const signal = AbortSignal.any([options.signal, limit])
    for (let attempt = 1; ; attempt++) {
      const startedAt = performance.now()
      const tell = (end: string, answered?: Answered): void =>
        options.onCall?.({
          model: model.name,
          ms: Math.round(performance.now() - startedAt),
          end,
          ...figures(model, messages, answered),
        })
      try {
        const answered = await upstream(model.name, messages, signal, options.onText)
        tell(answered.finish ?? 'stop', answered)
        return answered.text
      } catch (error) {
        tell(options.signal.aborted ? 'aborted' : whyOf(error))
        options.signal.throwIfAborted()
        if (limit.aborted) throw new LlmError('too_slow', `${model.name} did not answer in time`)
        if (!(error instanceof PassingError)) throw error
        const waitMs = error.afterMs ?? backoffMs(attempt)
        if (attempt >= config.attempts || performance.now() + waitMs >= endsAt)
          throw new LlmError(error.kind, error.message)
        await wait(waitMs, undefined, { signal: options.signal })
      }
    }
  }

  return {
    async ask(messages, options) {
      const endsAt = performance.now() + config.wholeMs
      let last: LlmError | undefined
      for (const model of config.models) {
        try {
          return await askModel(model, messages, options, endsAt)
        } catch (error) {
          if (!(error instanceof LlmError) || final.has(error.kind)) throw error
          last = error
        }
      }
      throw last ?? new LlmError('no_key', 'no model is set')
    },
  }
}

/** 0.5, 1, 2 … 8 s, up to half of it more. */
function backoffMs(attempt: number): number {
  return Math.min(8_000, 500 * 2 ** (attempt - 1)) * (1 + Math.random() / 2)
}

function figures(
  { price }: ModelConfig,
  messages: readonly LlmMessage[],
  answered: Answered | undefined,
): Partial<LlmCall> {
  if (answered === undefined) return {}
  const { usage, text } = answered
  const inputTokens = usage?.inputTokens ?? messages.reduce((sum, message) => sum + estimateTokens(message.text), 0)
  const outputTokens = usage?.outputTokens ?? estimateTokens(text)
  const cost = price && (inputTokens * price.inputPerMillion + outputTokens * price.outputPerMillion) / 1_000_000
  return { inputTokens, outputTokens, isEstimated: usage === undefined || undefined, cost }
}
