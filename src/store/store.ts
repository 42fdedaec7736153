import type { Delivery, DeliveryRecord, Verdict } from '../core/delivery/delivery.ts'
import type { Limit } from '../core/delivery/limit.ts'
import type { Grant, GrantQuestion } from '../core/grant.ts'
import type { Schedule } from '../core/schedule/schedule.ts'
import type { EndState, NewRun, Run, RunFilter, TimelineEvent } from '../core/task/run.ts'
import type { Wait } from '../core/task/wait.ts'
import type { FanOuts } from './fan-outs.ts'
import type { OrderingKeys } from './ordering-keys.ts'
import type { Steps } from './steps.ts'

export type { Steps } from './steps.ts'

/**
 * Where everything lives that outlives a process. Every operation is atomic and safe to repeat; times are epoch ms and are passed in.
 * When the store cannot be reached, is full or does not answer in time, every operation throws StoreUnavailableError within about a second.
 */
export interface Store {
  readonly kind: 'redis' | 'embedded'
  readonly runs: Runs
  readonly steps: Steps
  readonly fanOuts: FanOuts
  readonly outbox: Outbox
  readonly orderingKeys: OrderingKeys
  readonly shares: Shares
  readonly grants: Grants
  readonly leases: Leases
  readonly counters: Counters
  readonly settings: Settings
  readonly files: Files
  readonly conversations: Conversations
  readonly signals: Signals
  readonly schedules: Schedules
  /** Resolves when the store answers. */
  ping(): Promise<void>
  /** Removes what is past its keeping time, at most `limit` of each kind; resolves to how many. Called now and then by one process. */
  sweep(now: number, limit: number): Promise<number>
  close(): Promise<void>
}

/** When one looks again whose turn has not come, for each that is before it; 5 s at most. */
export const LOOK_AGAIN_MS = 100

/** Tasks as people see them: number, state, timeline. Also the dedupe mark, so one is kept longer than any platform redelivers. */
export interface Runs {
  /** Makes the record of a task that waits, with the next number and so its place in its turn; the existing one, untouched, when there is one. */
  create(run: NewRun, now: number): Promise<{ created: boolean; run: Run }>
  /**
   * Claims an attempt. Makes the record when there is none. `go` when nobody holds it: fencing token and attempt count one up (`attempt` not after a snooze), state running,
   * the lease ends at now + leaseMs. `held`: another attempt is alive until `untilMs`; or its turn has not come, and the record waits: look again then. `over`: it has ended.
   */
  start(
    run: NewRun,
    now: number,
    leaseMs: number,
  ): Promise<{ state: 'go'; run: Run } | { state: 'held'; untilMs: number } | { state: 'over'; run: Run }>
  /** Prolongs the lease; false when this fencing token no longer holds it (ended, cancelled, or claimed by another). */
  renew(id: string, fencingToken: number, now: number, leaseMs: number): Promise<boolean>
  /** Gives the lease up without an end: waiting again. `snoozed` takes the attempt back, else it counts as a failure. False when fenced off. */
  release(id: string, fencingToken: number, events: TimelineEvent[], snoozed: boolean, now: number): Promise<boolean>
  /**
   * Gives the slot up for what it waits for, and the attempt back: nobody may start it before the first of the waits ends. `again`: one of their signals
   * has come meanwhile, so it may start at once. `lost`: this fencing token is fenced off.
   */
  suspend(
    id: string,
    fencingToken: number,
    waits: Wait[],
    events: TimelineEvent[],
    now: number,
  ): Promise<'waits' | 'again' | 'lost'>
  /**
   * Keeps a signal for a live run among its steps (`signalStep`), first writer wins, and lets the run start if it waits. `known`: there was one
   * already, which stands. `gone`: the run has ended.
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
  /** Ends a run in any live state as cancelled, whoever holds it; the state it was in, or undefined when it was not live. */
  cancel(id: string, why: string, by: string, now: number): Promise<'waiting' | 'running' | undefined>
  /**
   * Opens an ended run again under the same number (retry): waiting, attempt 0, generation one up; false when it is live or unknown. `fresh`: its steps are
   * gone in the same move.
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

/** The key of a line: one chat of one channel. Deliveries of a line go out one after the other. */
export interface Line {
  channel: string
  chat: string
}

export interface Permit {
  now: number
  /** The sender's claim ends here when it dies. */
  leaseMs: number
  limits: { account: readonly Limit[]; chat: readonly Limit[] }
  /** It is to ride on an acknowledgement. */
  route?: 'passive'
  /** The platform would show a repeat again: one whose taker died becomes `unsure` and is passed over. */
  repeatsShowTwice?: boolean
  /** The taker can look a lost send up: instead of becoming `unsure`, one whose taker died is taken with `doubtSince`, to be looked for. */
  looksUp?: boolean
}

export type Taken =
  | { state: 'yours'; record: DeliveryRecord }
  /** The next one may go at `untilMs`: quota, pause, back-off, or another sender's lease. */
  | { state: 'wait'; untilMs: number }
  | { state: 'empty' }

/**
 * What is to be sent, in lines. A delivery is taken (claimed), sent, settled; exactly one taker has it at a time, and no other of its line is taken meanwhile.
 * A taker that died shows as an expired lease: the next taker gets the delivery with `attempts` > 1 and `maybeTwice` true, unless its permit says
 * that a repeat shows twice. One in doubt (`doubtSince`) is taken to be looked for, which spends no quota. But one that was to ride on an acknowledgement is made `unsure` and passed over: whoever got that acknowledgement has read it, and whoever did not comes again.
 */
export interface Outbox {
  /**
   * Puts deliveries at the end of their line (all of one line), in order. Known ids are left as they are. `notBefore`: not by `take` before then (a held request may claim it until then).
   * With `permit`, and when the first of them is new, stands at the head and may go now, it is taken in the same move.
   */
  offer(deliveries: Delivery[], options: { notBefore?: number; permit?: Permit }): Promise<Taken>
  /** Takes the head of the line, if limits, pauses and its lease allow. One whose expiresAt is past is made `expired` and passed over. */
  take(line: Line, permit: Permit): Promise<Taken>
  /**
   * Takes this delivery for the ack of its own message, spending no quota: when it is at the head of its line, and either queued and never begun,
   * or claimed for another such ack whose lease has run out, for a message that comes again has not been acknowledged.
   */
  takePassive(deliveryId: string, now: number, leaseMs: number): Promise<DeliveryRecord | undefined>
  /** Ends a taker's claim. `again` leaves it at the head. `more`: the line is not empty, look again at `lookAt`. A verdict from a taker whose claim was lost changes nothing but `sent`, which is always kept. */
  applyVerdict(
    deliveryId: string,
    attempt: number,
    verdict: Verdict,
    now: number,
  ): Promise<{ more: false } | { more: true; lookAt: number }>
  /** The claim ends then and not earlier; false when it is not this taker's any more. */
  prolong(deliveryId: string, attempt: number, untilMs: number): Promise<boolean>
  /** Nothing of this channel (or this chat of it) is taken before then. */
  pause(channel: string, untilMs: number, chat?: string): Promise<void>
  /** Ends the pause of a chat: its head may go now, unless it is being sent. */
  resume(line: Line, now: number): Promise<void>
  /** The platform's ids of what was sent in this line since then, for a day at least and of the last 200. */
  saidSince(line: Line, since: number): Promise<string[]>
  pausedUntil(channel: string): Promise<number | undefined>
  /** A delivery that was refused, expired or is unsure goes to the end of its line again; false when it is not one of these. */
  resend(deliveryId: string, expiresAt: number, now: number): Promise<boolean>
  find(deliveryId: string): Promise<DeliveryRecord | undefined>
  ofTask(taskId: string): Promise<DeliveryRecord[]>
  /** How many wait, by channel. */
  waiting(): Promise<Record<string, number>>
  /** Lines that are not empty and whose next look is due: for the sweeper. */
  due(now: number, limit: number): Promise<Line[]>
}

/** Start-time fair queueing over a lane: priorities grow by one with each task of an owner, and never fall behind the priority last begun. */
export interface Shares {
  /** The priority for the owner's next task: 1 for one who has nothing waiting while nothing is ahead of them. */
  priority(lane: string, owner: string): Promise<number>
  /** A task with this priority has begun. */
  advance(lane: string, priority: number): Promise<void>
  /** The lane is empty: count from one again. */
  reset(lane: string): Promise<void>
}

export interface Grants {
  /** Adds or replaces the grant of the same subject, scene and command, and writes the audit line. */
  put(grant: Grant, by: string, now: number): Promise<void>
  /** Removes it and writes the audit line; false when there was none. */
  remove(subject: string, scene: string, command: string, by: string, now: number): Promise<boolean>
  list(subject?: string): Promise<Grant[]>
  /** Whether one of the subjects may use the command now. */
  allows(question: GrantQuestion, now: number): Promise<boolean>
  audit(limit: number): Promise<{ at: number; by: string; what: string }[]>
  /** Adds a line to the audit log for something that is no grant (login, cancel by an operator…). */
  record(line: { at: number; by: string; what: string }): Promise<void>
}

export interface Leases {
  /** True when nobody else holds `name`; the same holder may take it again, which prolongs it. */
  take(name: string, holder: string, now: number, leaseMs: number): Promise<boolean>
  release(name: string, holder: string): Promise<void>
}

export interface Counters {
  /** Adds and returns the sum; a counter that is not touched for `keepMs` is gone. */
  add(name: string, by: number, now: number, keepMs: number): Promise<number>
  get(name: string, now: number): Promise<number>
  /**
   * Adds to several counters of a book, all or none; their sums, in order. A book and all in it is gone at `expiresAt`, which is the same in
   * every call for it.
   */
  addAll(book: string, adds: readonly { name: string; by: number }[], now: number, expiresAt: number): Promise<number[]>
  /** The counters of a book; with `names`, these of them. What was never counted is missing. */
  read(book: string, now: number, names?: readonly string[]): Promise<Map<string, number>>
}

/** Small values under names: a person's language, the admin password's hash, sessions, cached tokens, idempotency keys. */
export interface Settings {
  get(name: string, now: number): Promise<string | undefined>
  set(name: string, value: string, expiresAt?: number): Promise<void>
  /** Sets it when there is none (or an expired one); the value that stands afterwards. */
  claim(name: string, value: string, now: number, expiresAt?: number): Promise<string>
  remove(name: string): Promise<void>
  /** All whose name starts so. */
  list(prefix: string, now: number): Promise<{ name: string; value: string }[]>
}

export interface Files {
  put(file: { id: string; name: string; type: string; bytes: Uint8Array; expiresAt: number }): Promise<void>
  get(id: string, now: number): Promise<{ name: string; type: string; bytes: Uint8Array } | undefined>
}

/** What was said in a chat, oldest first: the console's history, a model's memory. */
export interface Conversations {
  /** Adds entries (plain JSON) and gives each the next sequence number; keeps the newest `keep`. Resolves to the last number. An entry with an id that is there already is left alone. */
  append(chat: string, entries: { id: string; entry: unknown }[], keep: number): Promise<number>
  read(chat: string, after: number, limit: number): Promise<{ seq: number; id: string; entry: unknown }[]>
  clear(chat: string): Promise<void>
}

/** Hints between processes. They may be lost: whoever needs to be sure looks into the store as well. */
export interface Signals {
  publish(topic: string, payload: unknown): Promise<void>
  /** Resolves once it listens; call the result to stop. The publisher's own subscribers hear it too. */
  subscribe(topic: string, listener: (payload: unknown) => void): Promise<() => Promise<void>>
}

/** What is to be done again and again. Whoever changes one names the version they saw: of two that decide at once, one is told to look again. */
export interface Schedules {
  /** Makes it with the next number and version 1; the existing one, untouched, when its id is known. */
  create(schedule: Omit<Schedule, 'number' | 'version'>): Promise<{ created: boolean; schedule: Schedule }>
  find(id: string): Promise<Schedule | undefined>
  findByNumber(number: number): Promise<Schedule | undefined>
  /** The newest first; with `owner` (a person key), theirs. */
  list(owner?: string): Promise<Schedule[]>
  /** Those with a `lookAt` up to now, the longest waiting first. */
  due(now: number, limit: number): Promise<Schedule[]>
  /** Puts this in the place of the version it names, as the next one; undefined when that one does not stand any more. */
  change(schedule: Schedule): Promise<Schedule | undefined>
  /** False when there was none. */
  remove(id: string): Promise<boolean>
}
