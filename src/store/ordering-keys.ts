import type { NewRun, Run, TimelineEvent } from '../core/task/run.ts'
import type { Task } from '../core/task/task.ts'

/**
 * Live tasks with one ordering key are done one after the other, in the order they joined. The head stays the head
 * until it has ended. A task that has ended stands nowhere. One that is opened again joins at the end.
 */
export interface OrderingKeys {
  /**
   * Makes the task's record when there is none, and has the task stand last, unless it stands there or has ended.
   * `head` is whose turn it is. With `parkUntilMs` one that waits behind another is parked: somebody has to promote it,
   * and it comes by itself only then.
   */
  join(
    run: NewRun,
    orderingKey: string,
    now: number,
    parkUntilMs?: number,
  ): Promise<{ created: boolean; run: Run; head: string | undefined }>
  /** Whose turn it is. */
  head(orderingKey: string): Promise<Run | undefined>
  /** Those that stand there, the head first. */
  list(orderingKey: string, limit: number): Promise<Run[]>
  /** How many stand before it. One that has ended in the middle may be counted until its turn. */
  ahead(orderingKey: string, id: string): Promise<number>
  /**
   * Makes one of several: the head's task is replaced by `task`, and the others end as done. All of it, or nothing
   * (false) when one of them does not wait there any more or the head has begun.
   */
  merge(merged: Merged, now: number): Promise<boolean>
  /** Heads that wait and are still parked at `now`: for the sweeper, since whoever was to promote them died. */
  parkedHeads(now: number, limit: number): Promise<Run[]>
}

export interface Merged {
  orderingKey: string
  head: string
  task: Task
  event: TimelineEvent
  others: { id: string; why: string; event: TimelineEvent }[]
}
