import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import type { LlmTurn } from '../../core/model/llm.ts'
import type { LlmCall } from '../../core/model/llm-call.ts'
import { whyOf } from '../../core/text/why.ts'
import type { AskOptions, Llm, LlmConfig, ModelConfig } from './llm.ts'
import { LlmError } from './llm-error.ts'
import { estimateTokens } from './tokens.ts'
import { answerWithTools } from './tools/rounds.ts'
import type { ToolSpec } from './tools/toolbox.ts'
import { type Answered, openUpstream, PassingError, type Question } from './upstream.ts'

/** What a wrong key or question is, no other model mends either. */
const final = new Set(['no_key', 'bad_key', 'content_filter'])
/** What a picture is about, where the upstream tells no figures. */
const PICTURE_TOKENS = 1_000

/**
 * Asks the models in their order: each some times, waiting as long as it asks to, then the next. Too many requests to
 * the last of them are waited out, as long as the whole may take. An empty answer and a stream that broke are tried
 * again too. With tools it goes on until the model has called all it wants to.
 */
export function openLlm(config: LlmConfig): Llm {
  const { apiKey } = config
  if (apiKey === undefined) return { ask: () => Promise.reject(new LlmError('no_key', 'OPENAI_API_KEY is not set')) }
  const upstream = openUpstream(config, apiKey)

  async function askModel(
    model: ModelConfig,
    question: Question,
    options: AskOptions,
    endsAt: number,
    isLast: boolean,
  ): Promise<Answered> {
    const limit = AbortSignal.timeout(Math.max(1, Math.ceil(endsAt - performance.now())))
    const signal = AbortSignal.any([options.signal, limit])
    for (let attempt = 1; ; attempt++) {
      const startedAt = performance.now()
      const tell = (end: string, answered?: Answered): void =>
        options.onCall?.({
          model: model.name,
          ms: Math.round(performance.now() - startedAt),
          end,
          isSummary: options.isSummary,
          ...figures(model, question, answered),
        })
      try {
        const answered = await upstream(model.name, question, signal, options.onText, options.temperature)
        tell(answered.finish ?? 'stop', answered)
        return answered
      } catch (error) {
        tell(options.signal.aborted ? 'aborted' : whyOf(error))
        options.signal.throwIfAborted()
        if (limit.aborted) throw new LlmError('too_slow', `${model.name} did not answer in time`)
        if (!(error instanceof PassingError)) throw error
        const isWaitedOut = isLast && error.kind === 'rate_limited'
        const isMore = attempt >= config.attempts
        const waitMs = Math.max(error.afterMs ?? 0, error.afterMs === undefined || isMore ? backoffMs(attempt) : 0)
        if ((isMore && !isWaitedOut) || performance.now() + waitMs >= endsAt)
          throw new LlmError(error.kind, error.message)
        await wait(waitMs, undefined, { signal: options.signal })
      }
    }
  }

  async function askOnce(
    turns: readonly LlmTurn[],
    tools: readonly ToolSpec[],
    options: AskOptions,
  ): Promise<Answered> {
    const endsAt = performance.now() + config.wholeMs
    let last: LlmError | undefined
    const models = inOrder(config.models, options.model)
    for (const model of models) {
      try {
        const question = {
          turns,
          tools: model.tools === false ? [] : tools,
          pictures: await picturesFor(model, options),
        }
        return await askModel(model, question, options, endsAt, model === models.at(-1))
      } catch (error) {
        if (!(error instanceof LlmError) || final.has(error.kind)) throw error
        last = error
      }
    }
    throw last ?? new LlmError('no_key', 'no model is set')
  }

  return {
    async ask(messages, options) {
      if (options.tools === undefined) return (await askOnce(messages, [], options)).text
      return answerWithTools(messages, options.tools, config.toolRounds, (turns, tools) =>
        askOnce(turns, tools, options),
      )
    },
  }
}

async function picturesFor({ images }: ModelConfig, { pictures }: AskOptions): Promise<Question['pictures']> {
  if (pictures === undefined) return { urls: [], note: '' }
  return images === true ? pictures.load() : { urls: [], note: pictures.unseen }
}

/** The models with this one first, its price known where it is one of them. */
function inOrder(models: readonly ModelConfig[], first: string | undefined): readonly ModelConfig[] {
  if (first === undefined) return models
  const known = models.find(({ name }) => name === first)
  return [known ?? { name: first }, ...models.filter((model) => model !== known)]
}

/** 0.5, 1, 2 … 8 s, up to half of it more. */
function backoffMs(attempt: number): number {
  return Math.min(8_000, 500 * 2 ** (attempt - 1)) * (1 + Math.random() / 2)
}

function figures({ price }: ModelConfig, question: Question, answered: Answered | undefined): Partial<LlmCall> {
  if (answered === undefined) return {}
  const { usage, text, calls } = answered
  const inputTokens = usage?.inputTokens ?? tokensIn(question)
  const outputTokens =
    usage?.outputTokens ?? calls.reduce((sum, call) => sum + estimateTokens(call.arguments), estimateTokens(text))
  const cost = price && (inputTokens * price.inputPerMillion + outputTokens * price.outputPerMillion) / 1_000_000
  return { inputTokens, outputTokens, isEstimated: usage === undefined || undefined, cost }
}

function tokensIn({ turns, tools, pictures }: Question): number {
  const told = turns.reduce((sum, { text }) => sum + estimateTokens(text), 0)
  const offered = tools.length > 0 ? estimateTokens(JSON.stringify(tools)) : 0
  return told + offered + pictures.urls.length * PICTURE_TOKENS
}
