import type { Grant, GrantQuestion } from '../core/grant.ts'
import type { Schedule } from '../core/schedule/schedule.ts'
import type { FanOuts } from './fan-outs.ts'
import type { OrderingKeys } from './ordering-keys.ts'
import type { Outbox } from './outbox.ts'
import type { Runs } from './runs.ts'
import type { Steps } from './steps.ts'

export type { FanOuts } from './fan-outs.ts'
export type { OrderingKeys } from './ordering-keys.ts'
export type { Line, Outbox, Permit, Taken } from './outbox.ts'
export type { Runs } from './runs.ts'
export type { Steps } from './steps.ts'

/**
 * Where everything lives that outlives a process. Every operation is atomic and safe to repeat; times are epoch ms and
 * are passed in. When the store cannot be reached, is full or does not answer in time, every operation throws
 * StoreUnavailableError within about a second.
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
  /**
   * Removes what is past its keeping time, at most `limit` of each kind; resolves to how many. Called now and then by
   * one process.
   */
  sweep(now: number, limit: number): Promise<number>
  close(): Promise<void>
}

/**
 * Start-time fair queueing over a lane: priorities grow by one with each task of an owner, and never fall behind the
 * priority last begun.
 */
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
   * Adds to several counters of a book, all or none; their sums, in order. A book and all in it is gone at `expiresAt`,
   * which is the same in every call for it.
   */
  addAll(book: string, adds: readonly { name: string; by: number }[], now: number, expiresAt: number): Promise<number[]>
  /** The counters of a book; with `names`, these of them. What was never counted is missing. */
  read(book: string, now: number, names?: readonly string[]): Promise<Map<string, number>>
}

/**
 * Small values under names: a person's language, the admin password's hash, sessions, cached tokens, idempotency keys.
 */
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
  /**
   * Adds entries (plain JSON) and gives each the next sequence number; keeps the newest `keep`. Resolves to the last
   * number. An entry with an id that is there already is left alone.
   */
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

/**
 * What is to be done again and again. Whoever changes one names the version they saw: of two that decide at once, one
 * is told to look again.
 */
export interface Schedules {
  /** Makes it with the next number and version 1; the existing one, untouched, when its id is known. */
  create(schedule: Omit<Schedule, 'number' | 'version'>): Promise<{ created: boolean; schedule: Schedule }>
  find(id: string): Promise<Schedule | undefined>
  findByNumber(number: number): Promise<Schedule | undefined>
  /** The newest first; with `owner` (a person key), theirs. */
  list(owner?: string): Promise<Schedule[]>
  /** Those with a `lookAt` up to now, the longest waiting first. */
  due(now: number, limit: number): Promise<Schedule[]>
  /**
   * Puts this in the place of the version it names, as the next one; undefined when that one does not stand any more.
   */
  change(schedule: Schedule): Promise<Schedule | undefined>
  /** False when there was none. */
  remove(id: string): Promise<boolean>
}
