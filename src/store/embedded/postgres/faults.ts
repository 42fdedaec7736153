import { StoreUnavailableError } from '../../../core/errors.ts'
import type { Fault } from './messages.ts'

/** What PostgreSQL said no to; its fields are named as node-postgres names them, which BullMQ reads. */
class SqlError extends Error {
  override readonly name = 'SqlError'
  readonly code: string | undefined
  readonly severity: string | undefined
  readonly detail: string | undefined
  readonly hint: string | undefined
  readonly constraint: string | undefined
  readonly where: string | undefined
  constructor(fault: Fault) {
    super(fault.message)
    this.code = fault.code
    this.severity = fault.severity
    this.detail = fault.detail
    this.hint = fault.hint
    this.constraint = fault.constraint
    this.where = fault.where
  }
}

/**
 * Classes of SQLSTATE that speak of the machine and not of the statement: out of space or memory, I/O, shutting down,
 * broken pages.
 */
const machineFault = /^(53|57P|58|XX001|XX002)/

export function errorOf(fault: Fault): Error {
  const error = new SqlError(fault)
  if (!machineFault.test(fault.code ?? '')) return error
  return new StoreUnavailableError(`the embedded store cannot work: ${fault.message}`, { cause: error })
}
