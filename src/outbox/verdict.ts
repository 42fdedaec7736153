import type { Verdict } from '../core/delivery/delivery.ts'
import { AppError, QuotaError, RejectedError, SetupError, UnsureError } from '../core/errors.ts'
import { whyOf } from '../core/text/why.ts'

/** What a failed send means for its delivery, and for the line or account it came from. */
export interface FailedSend {
  verdict: Verdict
  /** Nothing more of this account (or chat) until then. */
  pause?: { untilMs: number; scope: 'account' | 'chat' }
  /** An operator must act. */
  needsOperator?: boolean
}

const SETUP_PAUSE_MS = 60_000
const LONGEST_BACKOFF_MS = 60_000

/** `attempts`: sends of this delivery begun so far, this one among them. */
export function readFailure(error: unknown, attempts: number, now: number): FailedSend {
  const why = whyOf(error)
  if (error instanceof RejectedError) return { verdict: { state: 'refused', why } }
  if (error instanceof QuotaError) {
    const untilMs = now + error.pauseMs
    return {
      verdict: { state: 'again', why, notBefore: untilMs, costsAttempt: false },
      pause: { untilMs, scope: error.scope },
    }
  }
  if (error instanceof SetupError) {
    const untilMs = now + SETUP_PAUSE_MS
    return {
      verdict: { state: 'again', why, notBefore: untilMs, costsAttempt: false },
      pause: { untilMs, scope: 'account' },
      needsOperator: true,
    }
  }
  if (error instanceof UnsureError && !error.repeatable) return { verdict: { state: 'unsure', why } }
  const again: Verdict = { state: 'again', why, notBefore: now + backoffMs(attempts), costsAttempt: true }
  // The platform is busy or away, or our own store is: a channel keeps its token there.
  if (error instanceof AppError && error.retry === 'later') return { verdict: again }
  // A fault of ours in the channel's code: no repeat would mend it, and the line behind it must go on.
  return { verdict: { state: 'refused', why: `the channel failed: ${why}` }, needsOperator: true }
}

/** 1, 3, 9, 27, 60, 60 … seconds: what WeCom's pages ask for, then once a minute until the delivery expires. */
function backoffMs(attempts: number): number {
  return Math.min(LONGEST_BACKOFF_MS, 1_000 * 3 ** Math.max(0, attempts - 1))
}
