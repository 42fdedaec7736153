/** One message of a request, in either of the two API's forms. */
export interface SaidMessage {
  role: string
  /** The words; of a message in pieces, all its words. */
  content: string
  /** The addresses of its pictures, data URLs mostly. */
  images?: string[]
  /** The tools that the model called here. */
  calls?: { id: string; name: string; arguments: string }[]
  /** Which call this is the result of. */
  callId?: string
}

/** What was asked, whichever API it came by. */
export interface ChatRequest {
  api: 'chat' | 'responses'
  model: string
  messages: SaidMessage[]
  stream: boolean
  temperature?: number
  tools: { name: string; description?: string; parameters: unknown }[]
}

/** What the model says: words, or words and calls of tools. Arguments that are no string are written as JSON. */
export type Answer = string | { text?: string; calls: readonly { name: string; arguments: unknown; id?: string }[] }

/** How a request goes wrong. A number: that HTTP status. */
export interface Misbehaviour {
  /** Only requests for this model. */
  model?: string
  answer?: number | 'silent' | 'cut' | 'empty' | 'filter' | 'too-long' | 'garbled'
  /** With 429 and 503, seconds. */
  retryAfter?: number
  times?: number
  untilMs?: number
}

export interface OpenaiSimulatorOptions {
  /** 0, the default: any free one. Always on 127.0.0.1. */
  port?: number
  apiKey?: string
  /** What is answered; the last thing that was said to it, by default. */
  answer?(request: ChatRequest): Answer
  /** Before each word. */
  wordMs?: number
  /** Whether usage is told when it is asked for; true. */
  tellsUsage?: boolean
}

/** An OpenAI-compatible API in small. */
export interface OpenaiSimulator {
  /** As OPENAI_BASE_URL takes it. */
  readonly url: string
  readonly requests: readonly (ChatRequest & { at: number })[]
  /** Requests whose client hung up before their end, and when. */
  readonly aborted: readonly { at: number }[]
  /** How many are being answered. */
  readonly busy: number
  /** The most that were answered at once. */
  readonly mostBusy: number
  misbehave(rule: Misbehaviour): void
  behave(): void
  close(): Promise<void>
}
