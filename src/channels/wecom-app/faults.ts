import { RejectedError } from '../../core/errors.ts'
import { faultsOf } from '../wecom/faults.ts'

/**
 * An app has one way to send and gives its messages no ids: a code that says otherwise is not of this surface, and
 * repeating helps nobody.
 */
export const faultOf = faultsOf({
  fallback: (message) => new RejectedError(message),
  already_done: (message) => new RejectedError(message),
})
