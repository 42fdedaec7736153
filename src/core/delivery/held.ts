import type { DeliveryRecord } from './delivery.ts'

/**
 * The requests that are held for a short command's first answer. Who sends an answer is decided by its claim in the
 * store; this only finds the request.
 */
export interface Held {
  /**
   * Takes out the request that waits here for this task, so that neither its timer nor another claim answers it;
   * undefined when none does.
   */
  claim(taskId: string): ClaimedRequest | undefined
  /** Whether it may wait in another process. */
  isElsewhere(by: string): boolean
  /**
   * Tells the process `by` that this delivery, already stored, may ride on the ack of its request. A hint: it may come
   * too late.
   */
  tell(offer: { by: string; taskId: string; deliveryId: string }): Promise<void>
  /** Nothing will be said for this task: a request that waits here need not wait longer. */
  release(taskId: string): void
}

/** A held request whose one answer is up to the holder of this: exactly one of the two is called. */
export interface ClaimedRequest {
  /**
   * Sends the claimed delivery on the ack and writes down how that went; what then waits in its line is looked after.
   */
  answer(record: DeliveryRecord): Promise<void>
  /** Acknowledges without an answer. */
  letGo(): void
}

/** A passive reply is written at once; a claim that has not become one by then died with its process. */
export const PASSIVE_LEASE_MS = 1_000

/** The topic on which a process that holds requests hears of their answers. */
export function heldTopic(by: string): string {
  return `held:${by}`
}
