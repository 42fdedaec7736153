import type { Address } from '../message/address.ts'

/** An answer as far as it has grown. */
export interface Draft {
  /** That of the delivery it becomes. */
  id: string
  to: Address
  taskId: string
  at: number
  /** The whole text so far. */
  text: string
}
