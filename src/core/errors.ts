/** Whether doing it again could help: never, later by itself, or after the account's pause. */
export type Retry = 'never' | 'later'

/** What all faults of ours have in common; only `workers/apply-outcome.ts` and the outbox act on `retry`. */
export abstract class AppError extends Error {
  abstract readonly retry: Retry
}

/** The request does not prove that it comes from the platform. `kind` is logged and counted, the body never is. */
export class UnverifiedError extends AppError {
  override readonly name = 'UnverifiedError'
  readonly retry = 'never'
  readonly kind: string
  readonly status: 400 | 401 | 403 | 405 | 413
  constructor(message: string, kind: string, status: 400 | 401 | 403 | 405 | 413 = 401) {
    super(message)
    this.kind = kind
    this.status = status
  }
}

/** The platform understood the delivery and said no for good. */
export class RejectedError extends AppError {
  override readonly name = 'RejectedError'
  readonly retry = 'never'
}

/** The platform could not be reached or is busy: nothing was sent, or the same send may safely be repeated. */
export class UnavailableError extends AppError {
  override readonly name = 'UnavailableError'
  readonly retry = 'later'
}

/**
 * Too frequent: the whole account (or, with `chat`, one chat) is closed for `pauseMs`; costs the delivery no attempt.
 */
export class QuotaError extends AppError {
  override readonly name = 'QuotaError'
  readonly retry = 'later'
  readonly pauseMs: number
  readonly scope: 'account' | 'chat'
  constructor(message: string, pauseMs: number, scope: 'account' | 'chat' = 'account') {
    super(message)
    this.pauseMs = pauseMs
    this.scope = scope
  }
}

/** It was sent, but the answer was lost. `repeatable`: the platform recognises the repeat and shows it once. */
export class UnsureError extends AppError {
  override readonly name = 'UnsureError'
  readonly retry = 'later'
  readonly repeatable: boolean
  constructor(message: string, repeatable: boolean, options?: ErrorOptions) {
    super(message, options)
    this.repeatable = repeatable
  }
}

/** The account is set up wrongly (secret, trusted IP, switched off): an operator must act; deliveries wait. */
export class SetupError extends AppError {
  override readonly name = 'SetupError'
  readonly retry = 'later'
}

/** The store cannot be reached or is full: the platform is told to come again. */
export class StoreUnavailableError extends AppError {
  override readonly name = 'StoreUnavailableError'
  readonly retry = 'later'
}

/**
 * The message turned out not to be for the command: nothing is said, and `message` is the reason that the timeline
 * shows.
 */
export class IgnoredError extends AppError {
  override readonly name = 'IgnoredError'
  readonly retry = 'never'
}

/** What a person asked for cannot be done as asked; `message` is the sentence they read. */
export class UsageError extends AppError {
  override readonly name = 'UsageError'
  readonly retry = 'never'
}
