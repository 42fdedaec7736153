/**
 * The requests that are held for a short command's first answer. A claim in the store decides who sends it;
 * this only brings the news to the process where the request waits.
 */
export interface Held {
  /** Whether that request may still wait: known for certain when it waits here, assumed when it waits in another process. */
  mayWait(taskId: string, by: string): boolean
  /** Nothing will be said for this task: a request that waits here need not wait longer. */
  release(taskId: string): void
  /**
   * Tells the held request that this delivery, already stored, is its answer.
   * `taken-here`: it was sent on the ack, and whoever is next in its line is looked after. `left`: the request was gone, or waits elsewhere and may yet take it.
   */
  give(offer: { by: string; taskId: string; deliveryId: string }): Promise<'taken-here' | 'left'>
}

/** The topic on which a process that holds requests hears of their answers. */
export function heldTopic(by: string): string {
  return `held:${by}`
}
