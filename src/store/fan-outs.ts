import type { ChildEnd } from '../core/task/child-item.ts'

/**
 * The items of an `all`, with the run that they are child tasks of: at most so many are under way, and each that ends
 * says which comes next. `fan` names one `all` of a run. They go with their run.
 */
export interface FanOuts {
  /**
   * Keeps the items, in the first generation, and begins the first of them; in a later one those anew that have not
   * ended as done. The second call in a generation changes nothing.
   */
  open(runId: string, fan: NewFanOut, now: number): Promise<FanOutRecord>
  /** Undefined when it was not opened in this generation. */
  find(runId: string, fan: string, generation: number): Promise<FanOutRecord | undefined>
  /**
   * Keeps how a child task ended, first writer wins, and begins the next one. Again, it gives the same answer: whoever
   * dies in between is told once more what is to be done. Undefined when there is no such fan.
   */
  endChild(runId: string, fan: string, index: number, end: ChildEnd): Promise<EndedChild | undefined>
  /** How they ended, in the order of the items; undefined for what has not. */
  ends(runId: string, fan: string): Promise<(ChildEnd | undefined)[]>
  /** All fans of a run, in no order. */
  list(runId: string): Promise<FanOutRecord[]>
}

export interface NewFanOut {
  id: string
  name: string
  /** Plain JSON. */
  items: readonly unknown[]
  /** How many may be under way. */
  atOnce: number
  /** The run's. */
  generation: number
}

export interface FanOutRecord {
  id: string
  name: string
  count: number
  ended: number
  /** Of those that ended. */
  done: number
  /** The generation that it is in, and the one that it was first opened in. */
  generation: number
  since: number
  /** When its generation was opened. */
  openedAt: number
  underWay: { index: number; item: unknown }[]
}

export interface EndedChild {
  /** The generation that it is in now, and the one that it was first opened in. */
  generation: number
  since: number
  count: number
  /** What comes now: to be made a task by whoever is told. */
  next?: { index: number; item: unknown }
  /** It was the one with which all have ended. */
  isLast: boolean
}
