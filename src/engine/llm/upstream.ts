import OpenAI from 'openai'
import type { LlmMessage } from '../../core/llm.ts'
import type { LlmConfig } from './llm.ts'
import { LlmError } from './llm-error.ts'

/** What a model answered in one call. */
export interface Answered {
  text: string
  /** `stop`, `length`…; some upstreams tell none. */
  finish: string | undefined
  usage: { inputTokens: number; outputTokens: number } | undefined
}

/** Worth another try, when it is not before `afterMs`. */
export class PassingError extends Error {
  override readonly name = 'PassingError'
  readonly kind: 'rate_limited' | 'down' | 'too_slow' | 'empty'
  readonly afterMs: number | undefined
  constructor(kind: PassingError['kind'], message: string, afterMs?: number) {
    super(message)
    this.kind = kind
    this.afterMs = afterMs
  }
}

export type Upstream = (
  model: string,
  messages: readonly LlmMessage[],
  signal: AbortSignal,
  onText: ((text: string) => void) | undefined,
  temperature?: number,
) => Promise<Answered>

/** One streamed call. Throws LlmError for what no try would mend, PassingError for the rest, the signal's reason when it is aborted. */
export function openUpstream({ baseUrl, firstTokenMs, wholeMs }: LlmConfig, apiKey: string): Upstream {
  const client = new OpenAI({ apiKey, baseURL: baseUrl, maxRetries: 0, timeout: wholeMs, logLevel: 'off' })

  return async (model, messages, signal, onText, temperature) => {
    const slow = new AbortController()
    const timer = setTimeout(() => slow.abort(), firstTokenMs)
    const answered: Answered = { text: '', finish: undefined, usage: undefined }
    try {
      const stream = await client.chat.completions.create(
        {
          model,
          messages: messages.map(({ role, text }) => ({ role, content: text })),
          temperature,
          stream: true,
          stream_options: { include_usage: true },
        },
        { signal: AbortSignal.any([signal, slow.signal]) },
      )
      for await (const { choices = [], usage } of stream) {
        clearTimeout(timer)
        // Some upstreams tell it with every chunk, the last one counts.
        if (usage) answered.usage = { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens }
        const [choice] = choices
        answered.finish = choice?.finish_reason ?? answered.finish
        const piece = choice?.delta?.content
        if (typeof piece !== 'string' || piece === '') continue
        answered.text += piece
        onText?.(answered.text)
      }
    } catch (error) {
      signal.throwIfAborted()
      if (slow.signal.aborted) throw new PassingError('too_slow', `${model} said nothing for ${firstTokenMs} ms`)
      throw faultOf(error, model)
    } finally {
      clearTimeout(timer)
    }
    signal.throwIfAborted()
    if (answered.finish === 'content_filter')
      throw new LlmError('content_filter', `${model}: its content filter ended the answer`)
    // A stream that simply ends was cut, unless the upstream is one that never says why it ends.
    if (answered.finish === undefined && answered.usage === undefined)
      throw new PassingError('down', `${model}: its stream broke off`)
    if (answered.text.trim() === '') throw new PassingError('empty', `${model} said nothing`)
    return answered
  }
}

function faultOf(error: unknown, model: string): Error {
  if (!(error instanceof OpenAI.APIError)) {
    const why = error instanceof Error ? error.name : 'something'
    return new PassingError('down', `${model}: the connection failed (${why})`)
  }
  const { status, code, message } = error
  // What upstreams say may repeat what they were sent, a wrong key among it.
  const what = `${model} answered ${status ?? 'nothing'}${code ? ` (${code})` : ''}: ${message.replace(/sk-[\w*-]+/g, 'sk-…').slice(0, 200)}`
  if (status === undefined) return new PassingError('down', `${model}: no connection`)
  if (status === 401 || status === 403) return new LlmError('bad_key', `${model} refused the key (${status})`)
  if (code === 'content_filter' || /content[_ ](?:filter|policy)/i.test(message))
    return new LlmError('content_filter', what)
  if (code === 'context_length_exceeded' || /context length|maximum context/i.test(message))
    return new LlmError('too_long', what)
  if (status === 429) return new PassingError('rate_limited', what, retryAfterMs(error.headers))
  if (status >= 500 || status === 408 || status === 409)
    return new PassingError('down', what, retryAfterMs(error.headers))
  return new LlmError('refused', what)
}

function retryAfterMs(headers: Headers | undefined): number | undefined {
  const ms = Number(headers?.get('retry-after-ms') ?? Number.NaN)
  if (ms >= 0) return ms
  const text = headers?.get('retry-after')
  if (text === null || text === undefined) return undefined
  const seconds = Number(text)
  const wait = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(text) - Date.now()
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined
}
