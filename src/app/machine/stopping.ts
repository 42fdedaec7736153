import type { Log } from '../../core/log.ts'
import { settledWithin } from '../../core/settled-within.ts'
import { whyOf } from '../../core/text/why.ts'

/** A stop. All that closes in it stands under one deadline, and nothing keeps what comes after it from being closed. */
export interface Stopping {
  /**
   * Closes something; resolves when it is closed, has failed to close, or the deadline has struck, and never rejects.
   * The log names what did not close in time and what failed. After the deadline it is still begun, and waited for as
   * long as `atLeastMs` says.
   */
  close(name: string, close: () => Promise<unknown>, atLeastMs?: number): Promise<void>
}

/**
 * What all closes together may take beyond the drain. With what the store has for itself it is less than `process.ts`
 * waits.
 */
const CLOSE_MS = 15_000

export function openStopping(
  { drainMs, closeMs = CLOSE_MS }: { drainMs: number; closeMs?: number },
  log: Log,
): Stopping {
  const deadlineMs = performance.now() + drainMs + closeMs
  return {
    async close(name, close, atLeastMs = 0) {
      const withinMs = Math.max(deadlineMs - performance.now(), atLeastMs)
      const closed = (async () => close())().catch((error: unknown) =>
        log.warn({ what: name, error: whyOf(error) }, 'it failed to close'),
      )
      if (await settledWithin(closed, withinMs)) return
      log.warn({ what: name }, 'it did not close before the deadline of the stop, and is left')
    },
  }
}
