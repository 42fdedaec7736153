import type { LlmMessage } from '../../core/model/llm.ts'
import type { LlmCall } from '../../core/model/llm-call.ts'
import type { Run } from '../../core/task/run.ts'
import type { Lang } from '../../core/text/lang.ts'
import type { QuestionPictures } from './pictures.ts'
import type { Toolbox } from './tools/toolbox.ts'

/** One of the models that may be asked, in the order they are tried. */
export interface ModelConfig {
  name: string
  /** For the cost of a call, in whatever currency the table is kept. */
  price?: { inputPerMillion: number; outputPerMillion: number }
  /** It takes pictures. */
  images?: boolean
  /** It is never offered tools: false. */
  tools?: boolean
}

/** Whom to ask, and how long to wait. */
export interface LlmConfig {
  baseUrl?: string
  /** Undefined: nobody can be asked, and whoever tries is told so. */
  apiKey?: string
  models: readonly ModelConfig[]
  /** Until the first word. */
  firstTokenMs: number
  /** Until the last one, all tries and models together; of an answer with tools, of each of its turns. */
  wholeMs: number
  /** Tries of one model. */
  attempts: number
  /** How often in a row a model may call tools before it has to answer. */
  toolRounds: number
}

export interface AskOptions {
  /** The task that asks, and the language of its person. */
  run: Run
  lang: Lang
  signal: AbortSignal
  /** It is not for the answer, but for what is remembered of the conversation. */
  isSummary?: boolean
  /** What the model may call. */
  tools?: Toolbox
  /** What was sent with the question. */
  pictures?: QuestionPictures
  /** Goes first in the order of models. */
  model?: string
  temperature?: number
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
