import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '../../../core/errors.ts'
import { whyOf } from '../../../core/text/why.ts'

/** What ignores its signal is given up so long after its time; it goes on beside, and nothing waits for it. */
const GIVEN_UP_MS = 1_000

/** Something took longer than its author allows; the next time it may be quicker. */
class TooLongError extends AppError {
  override readonly name = 'TooLongError'
  readonly retry = 'later'
}

export interface Tries {
  /** What is tried, in words. */
  what: string
  retries: number
  timeoutMs?: number
  /** Ends the work and the tries. */
  signal: AbortSignal
  log(text: string): void
}

/**
 * Tries until it succeeds, at most `retries` times more than once. Throws what the last try threw; at once what no
 * retry can help.
 */
export async function withTries<T>(
  work: (signal: AbortSignal) => Promise<T> | T,
  { what, retries, timeoutMs, signal, log }: Tries,
): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await (timeoutMs === undefined ? work(signal) : inTime(work, what, timeoutMs, signal))
    } catch (error) {
      const isFinal = error instanceof AppError && error.retry === 'never'
      if (tried > retries || isFinal || signal.aborted) throw error
      const againInMs = backoffMs(tried)
      log(`${what}, try ${tried} of ${retries + 1}: ${whyOf(error)}; again in ${Math.round(againInMs / 100) / 10} s`)
      await wait(againInMs, undefined, { signal })
    }
  }
}

async function inTime<T>(
  work: (signal: AbortSignal) => Promise<T> | T,
  what: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<T> {
  const late = new AbortController()
  const tooLong = new TooLongError(`${what} took longer than its ${timeoutMs} ms`)
  const over = Promise.withResolvers<never>()
  const timers = [
    setTimeout(() => late.abort(tooLong), timeoutMs),
    setTimeout(() => over.reject(tooLong), timeoutMs + GIVEN_UP_MS),
  ]
  try {
    return await Promise.race([work(AbortSignal.any([signal, late.signal])), over.promise])
  } catch (error) {
    // What it threw when it was told to stop says less.
    throw late.signal.aborted && !signal.aborted ? tooLong : error
  } finally {
    for (const timer of timers) clearTimeout(timer)
  }
}

/** 1, 2, 4 … 60 s, up to half of it more. */
function backoffMs(tried: number): number {
  return Math.min(60_000, 1_000 * 2 ** (tried - 1)) * (1 + Math.random() / 2)
}
