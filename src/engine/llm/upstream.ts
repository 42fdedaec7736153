import OpenAI from 'openai'
import type { LlmTurn, ToolCall } from '../../core/model/llm.ts'
import type { LlmConfig } from './llm.ts'
import { LlmError } from './llm-error.ts'
import type { ToolSpec } from './tools/toolbox.ts'

/** What a model is asked in one call. */
export interface Question {
  turns: readonly LlmTurn[]
  tools: readonly ToolSpec[]
  /** Data URLs of pictures, and words, that belong to the last thing the person said. */
  pictures: { urls: readonly string[]; note: string }
}

/** What a model answered in one call. */
export interface Answered {
  text: string
  calls: ToolCall[]
  /** `stop`, `length`, `tool_calls`…; some upstreams tell none. */
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
  question: Question,
  signal: AbortSignal,
  onText: ((text: string) => void) | undefined,
  temperature?: number,
) => Promise<Answered>

/**
 * One streamed call. Throws LlmError for what no try would mend, PassingError for the rest, the signal's reason when it
 * is aborted.
 */
export function openUpstream({ baseUrl, firstTokenMs, wholeMs }: LlmConfig, apiKey: string): Upstream {
  const client = new OpenAI({ apiKey, baseURL: baseUrl, maxRetries: 0, timeout: wholeMs, logLevel: 'off' })

  return async (model, question, signal, onText, temperature) => {
    const slow = new AbortController()
    const timer = setTimeout(() => slow.abort(), firstTokenMs)
    const answered: Answered = { text: '', calls: [], finish: undefined, usage: undefined }
    try {
      const stream = await client.chat.completions.create(
        {
          model,
          messages: messagesOf(question),
          ...(question.tools.length > 0 && { tools: question.tools.map(toolOf) }),
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
        for (const piece of choice?.delta?.tool_calls ?? []) addToCalls(answered.calls, piece)
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
    const calls = answered.calls.filter(({ name }) => name !== '')
    if (answered.text.trim() === '' && calls.length === 0) throw new PassingError('empty', `${model} said nothing`)
    return { ...answered, calls: withIds(calls) }
  }
}

type Sent = OpenAI.ChatCompletionMessageParam

function messagesOf({ turns, pictures }: Question): Sent[] {
  const asked = turns.findLastIndex(({ role }) => role === 'user')
  return turns.map((turn, place): Sent => {
    if (turn.role === 'tool') return { role: 'tool', tool_call_id: turn.callId, content: turn.text }
    if ('calls' in turn) {
      const tool_calls = turn.calls.map(({ id, name, arguments: given }) => ({
        id,
        type: 'function' as const,
        function: { name, arguments: given },
      }))
      return { role: 'assistant', content: turn.text === '' ? null : turn.text, tool_calls }
    }
    if (place !== asked) return { role: turn.role, content: turn.text }
    const text = pictures.note === '' ? turn.text : `${turn.text}\n${pictures.note}`
    if (pictures.urls.length === 0) return { role: 'user', content: text }
    const images = pictures.urls.map((url) => ({ type: 'image_url' as const, image_url: { url } }))
    return { role: 'user', content: [{ type: 'text', text }, ...images] }
  })
}

function toolOf({ name, description, parameters }: ToolSpec): OpenAI.ChatCompletionTool {
  return { type: 'function', function: { name, description, parameters: { ...parameters } } }
}

/** A call comes in pieces that belong together by their index; some upstreams leave that out and send each whole. */
function addToCalls(calls: ToolCall[], piece: OpenAI.ChatCompletionChunk.Choice.Delta.ToolCall): void {
  const isNew = piece.index === undefined && piece.function?.name !== undefined
  const place = isNew ? calls.length : (piece.index ?? Math.max(0, calls.length - 1))
  if (!Number.isInteger(place) || place < 0 || place > MOST_CALLS) return
  while (calls.length <= place) calls.push({ id: '', name: '', arguments: '' })
  const call = calls[place]
  if (call === undefined) return
  call.id ||= piece.id ?? ''
  call.name ||= piece.function?.name ?? ''
  call.arguments += piece.function?.arguments ?? ''
}

const MOST_CALLS = 63

/** Results are told by these; upstreams that give none, or the same twice, get ours. */
function withIds(calls: readonly ToolCall[]): ToolCall[] {
  const ids = calls.map(({ id }) => id)
  return calls.map((call, place) =>
    call.id !== '' && ids.indexOf(call.id) === place ? call : { ...call, id: `call_${place + 1}` },
  )
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
