import type { TimelineEvent } from '../core/task/run.ts'

/** Results that are kept under a name, so that a later attempt does them no second time. */
export interface Steps {
  find(taskId: string, name: string): Promise<{ value: unknown } | undefined>
  /**
   * First writer wins; the value that is kept. With `event`, the first writer's line stands in the timeline in the same
   * move.
   */
  save(taskId: string, name: string, value: unknown, event?: TimelineEvent): Promise<unknown>
  list(taskId: string): Promise<{ name: string; value: unknown }[]>
  /** The last so many, in the order they were saved, without reading their values: how long each is as JSON. */
  sizes(taskId: string, limit: number): Promise<{ name: string; bytes: number }[]>
}
