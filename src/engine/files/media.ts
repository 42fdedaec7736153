import type { Address } from '../../core/message/address.ts'
import type { Media, Part } from '../../core/message/part.ts'

/** What became of fetching a file: it lies at the path, or why not. */
export type Fetched =
  | { state: 'fetched'; name?: string; type?: string; bytes: number }
  | { state: 'too-large'; mostBytes: number }
  /** It is not there, or may not be fetched from there. */
  | { state: 'refused'; why: string }
  /** Nobody answers: one more try could help. */
  | { state: 'away'; why: string }

/** Where the bytes of what people send come from, and where results are kept. */
export interface MediaFiles {
  /** Writes the file to `path`. Rejects only when the signal aborts, the disk refuses, or the store is away. */
  fetch(media: Media, at: Address, path: string, signal: AbortSignal): Promise<Fetched>
  /** What another message of the chat consists of; nothing where the platform does not tell. */
  quoted(messageId: string, at: Address, signal: AbortSignal): Promise<Part[]>
  /** The file this person sent last in this chat, for a while. */
  lastSent(at: Address, person: string): Promise<Part | undefined>
  /**
   * Keeps the bytes at `path` for download. `url` opens them without a login, where config says under which address we
   * are reached.
   */
  keep(file: {
    path: string
    name: string
    type: string
  }): Promise<{ state: 'kept'; fileId: string; url?: string } | { state: 'too-large'; mostBytes: number }>
}
