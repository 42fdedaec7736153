import { AppError, UsageError } from '../../../core/errors.ts'

/** The author has used the context wrongly: trying again changes nothing. */
export class MisuseError extends AppError {
  override readonly name = 'MisuseError'
  readonly retry = 'never'
}

/**
 * What was asked for outside was not done; a command that does not mind catches it, else its sentence is what the
 * person reads.
 */
export class NotDoneError extends UsageError {
  readonly reason: string
  constructor(sentence: string, reason: string) {
    super(sentence)
    this.reason = reason
  }
}
