import type { EndState, NewRun, Run, RunFilter, TimelineEvent } from '../core/task/run.ts'
import type { Wait } from '../core/task/wait.ts'

/** When one looks again whose turn has not come, for each that is before it; 5 s at most. */
export const LOOK_AGAIN_MS = 100

/**
 * Tasks as people see them: number, state, timeline. Also the dedupe mark, so one is kept longer than any platform
 * redelivers.
 */
export interface Runs {
  /**
   * Makes the record of a task that waits, with the next number and so its place in its turn; the existing one,
   * untouched, when there is one.
   */
  create(run: NewRun, now: number): Promise<{ created: boolean; run: Run }>
  /**
   * Claims an attempt. Makes the record when there is none. `go` when nobody holds it: fencing token and attempt count
   * one up (`attempt` not after a snooze), state running, the lease ends at now + leaseMs. `held`: another attempt is
   * alive until `untilMs`; or its turn has not come, and the record waits: look again then. `over`: it has ended.
   */
  start(
    run: NewRun,
    now: number,
    leaseMs: number,
  ): Promise<{ state: 'go'; run: Run } | { state: 'held'; untilMs: number } | { state: 'over'; run: Run }>
  /** Prolongs the lease; false when this fencing token no longer holds it (ended, cancelled, or claimed by another). */
  renew(id: string, fencingToken: number, now: number, leaseMs: number): Promise<boolean>
  /**
   * Gives the lease up without an end: waiting again. `snoozed` takes the attempt back, else it counts as a failure.
   * False when fenced off.
   */
  release(id: string, fencingToken: number, events: TimelineEvent[], snoozed: boolean, now: number): Promise<boolean>
  /**
   * Gives the slot up for what it waits for, and the attempt back: nobody may start it before the first of the waits
   * ends. `again`: one of their signals has come meanwhile, so it may start at once. `lost`: this fencing token is
   * fenced off.
   */
  suspend(
    id: string,
    fencingToken: number,
    waits: Wait[],
    events: TimelineEvent[],
    now: number,
  ): Promise<'waits' | 'again' | 'lost'>
  /**
   * Keeps a signal for a live run among its steps (`signalStep`), first writer wins, and lets the run start if it
   * waits. `known`: there was one already, which stands. `gone`: the run has ended.
   */
  signal(
    id: string,
    name: string,
    value: unknown,
    events: TimelineEvent[],
    now: number,
  ): Promise<'first' | 'known' | 'gone'>
  /** Ends it, first writer wins; false when it had ended or this fencing token is fenced off. */
  finish(id: string, fencingToken: number, end: EndState, events: TimelineEvent[], now: number): Promise<boolean>
  /**
   * Ends a run in any live state as cancelled, whoever holds it; the state it was in, or undefined when it was not
   * live.
   */
  cancel(id: string, why: string, by: string, now: number): Promise<'waiting' | 'running' | undefined>
  /**
   * Opens an ended run again under the same number (retry): waiting, attempt 0, generation one up; false when it is
   * live or unknown. `fresh`: its steps are gone in the same move.
   */
  reopen(id: string, events: TimelineEvent[], now: number, options?: { fresh?: boolean }): Promise<boolean>
  progress(id: string, fencingToken: number, progress: { percent?: number; text?: string }, now: number): Promise<void>
  /** Adds events to the timeline, the oldest of more than 500 fall out. */
  note(id: string, events: TimelineEvent[]): Promise<void>
  find(id: string): Promise<Run | undefined>
  findByNumber(number: number): Promise<Run | undefined>
  timeline(id: string): Promise<TimelineEvent[]>
  /** Newest first; `before` is a number to page on from. */
  list(filter: RunFilter, limit: number, before?: number): Promise<Run[]>
  /** Live runs whose lease ended before `now`: for the sweeper. */
  overdue(now: number, limit: number): Promise<Run[]>
}
