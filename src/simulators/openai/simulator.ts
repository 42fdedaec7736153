export interface ChatRequest {
  model: string
  messages: { role: string; content: string }[]
  stream: boolean
}

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
  /** What is answered; the last thing the person said, by default. */
  answer?(request: ChatRequest): string
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
