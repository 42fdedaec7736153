import { writeCodes } from './cq.ts'
import type { Segment } from './simulator.ts'

/** What QQ keeps of a chat, the account's own words among them, whoever listens. */
export class History {
  readonly #chats = new Map<string, Record<string, unknown>[]>()
  readonly #format: 'array' | 'string'

  constructor(format: 'array' | 'string') {
    this.#format = format
  }

  keep(chat: string, event: Record<string, unknown> & { segments: Segment[] }): void {
    const { segments, ...rest } = event
    const message = this.#format === 'array' ? segments : writeCodes(segments)
    this.#chats.set(chat, [...(this.#chats.get(chat) ?? []), { ...rest, message }].slice(-1_000))
  }

  last(chat: string, count: number): Record<string, unknown>[] {
    return (this.#chats.get(chat) ?? []).slice(-count)
  }
}
