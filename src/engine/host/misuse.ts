import { AppError } from '../../core/errors.ts'

/** The author has used the context wrongly: trying again changes nothing. */
export class MisuseError extends AppError {
  override readonly name = 'MisuseError'
  readonly retry = 'never'
}
