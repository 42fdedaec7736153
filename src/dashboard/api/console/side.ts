import type { Bubble, ConsoleChat, ConsoleUp, DraftBubble } from './shapes.ts'

export type Opening = Extract<ConsoleUp, { kind: 'open' }>
export type Saying = Extract<ConsoleUp, { kind: 'say' }>

export interface Show {
  bubble(bubble: Bubble): void
  draft(draft: DraftBubble): void
}

/** The other side of the console's chats: our own channel, or a platform's simulator. */
export interface Side {
  chats(): Promise<ConsoleChat[]>
  /** Shows the bubbles after `after`, in order, then those to come, and answers as they grow; until the signal. */
  follow(chat: string, after: number, show: Show, signal: AbortSignal): Promise<void>
  /**
   * Says it as that person; the same id again is the same message. Throws StoreUnavailableError, UnavailableError when
   * the simulator is away, and UsageError for what cannot be said there.
   */
  say(saying: Saying, chat: ConsoleChat): Promise<{ taskId?: string }>
  /** The bytes behind a `/api/console/media/…` of its bubbles. Throws UnavailableError when there are none. */
  media?(id: string): Promise<{ name: string; type: string; bytes: Uint8Array }>
}

/** Waits, but not past the signal. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return bell().wait(ms, signal)
}

/** Lets a loop wait for a hint. One that comes while the loop is busy is heard by its next wait. */
export function bell(): { ring(): void; wait(ms: number, signal: AbortSignal): Promise<void> } {
  let hasRung = false
  let wake: () => void = () => undefined
  return {
    ring() {
      hasRung = true
      wake()
    },
    async wait(ms, signal) {
      if (!hasRung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(() => wake(), ms)
          wake = () => {
            clearTimeout(timer)
            signal.removeEventListener('abort', wake)
            resolve()
          }
          signal.addEventListener('abort', wake)
        })
      }
      hasRung = false
    },
  }
}
