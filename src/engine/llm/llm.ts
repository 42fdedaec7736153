import type { Lang } from '../../core/lang.ts'
import type { LlmMessage } from '../../core/llm.ts'
import type { LlmCall } from '../../core/llm-call.ts'
import type { Run } from '../../core/run.ts'

/** One of the models that may be asked, in the order they are tried. */
export interface ModelConfig {
  name: string
  /** For the cost of a call, in whatever currency the table is kept. */
  price?: { inputPerMillion: number; outputPerMillion: number }
}

/** Whom to ask, and how long to wait. */
export interface LlmConfig {
  baseUrl?: string
  /** Undefined: nobody can be asked, and whoever tries is told so. */
  apiKey?: string
  models: readonly ModelConfig[]
  /** Until the first word. */
  firstTokenMs: number
  /** Until the last one, all tries and models together. */
  wholeMs: number
  /** Tries of one model. */
  attempts: number
}

export interface AskOptions {
  /** The task that asks, and the language of its person. */
  run: Run
  lang: Lang
  signal: AbortSignal
  /** The whole text so far; it begins anew when a stream broke and another try is under way. */
  onText?(text: string): void
  onCall?(call: LlmCall): void
  /** A sentence for the person beside the answer: a budget is nearly used up. */
  onWarning?(sentence: string): void
}

export interface Llm {
  /** The answer's text. Throws LlmError, or the signal's reason; then the upstream connection is closed. */
  ask(messages: readonly LlmMessage[], options: AskOptions): Promise<string>
}
