/** How an attempt ended. */
export type Outcome =
  | { state: 'done' }
  /** Not its fault and not now (the process stops): again later, without costing an attempt. */
  | { state: 'snoozed'; forMs: number }
  /** It has given its slot up for something else, and wakes by itself then at the latest. */
  | { state: 'waits'; untilMs: number }
  | { state: 'cancelled'; why: string }
  | { state: 'refused'; why: string }
  | { state: 'ignored'; why: string }
  | { state: 'failed'; error: Error; retryInMs?: number }
