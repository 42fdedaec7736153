import type { Catalog } from '../../core/command/catalog.ts'
import type { Log } from '../../core/log.ts'
import type { Address } from '../../core/message/address.ts'
import type { Message } from '../../core/message/message.ts'
import type { Part } from '../../core/message/part.ts'
import type { Measure } from '../../core/model/budget.ts'
import type { ListedPreset, Preset, PresetFault } from '../../core/model/preset.ts'
import type { Usage } from '../../core/model/usage.ts'
import type { Schedule, ScheduleRequest } from '../../core/schedule/schedule.ts'
import type { Replayed } from '../../core/task/replay.ts'
import type { Run, RunFilter } from '../../core/task/run.ts'
import type { Task } from '../../core/task/task.ts'
import type { Bilingual, Lang } from '../../core/text/lang.ts'
import type { Store } from '../../store/store.ts'
import type { Overview } from './shapes.ts'

/**
 * What the API and the console are handed. Whatever touches the store may throw StoreUnavailableError: the caller is
 * answered 503.
 */
export interface ApiPorts {
  config: ApiConfig
  version: string
  startedAt: number
  store: Store
  channels: readonly ApiChannel[]
  /** What people call a platform; undefined for one that nobody knows. */
  platformTitle(platform: string): Bilingual | undefined
  /** The made-up people and groups of the console's own channel. */
  rooms: readonly Room[]
  catalog(): Catalog
  presets: ApiPresets
  schedules: ApiSchedules
  now(): number
  log: Pick<Log, 'info' | 'warn' | 'error'>
  /**
   * The moment a written date stands for, in the server's time zone; a day alone is its start, or as an `end` its last
   * moment.
   */
  readDate(text: string, edge: 'start' | 'end'): number | undefined
  laneCounts(): Promise<Overview['lanes']>
  /** Tasks that wait in a queue and have no record yet. */
  waitingTasks(filter: RunFilter, limit: number): Promise<Task[]>
  /** Stores a message like any platform's; the same id again is the same task. */
  accept(message: Message): Promise<{ taskId: string }>
  /** Splits and puts into the outbox; the same id and parts again are the same deliveries. */
  say(input: { id: string; to: Address; parts: Part[]; taskId?: string }): Promise<{ deliveryIds: string[] }>
  /** False when there is no such task or it has ended. These three leave an audit line. */
  cancel(taskId: string, by: string): Promise<boolean>
  /** False when there is no such task or it has not ended. */
  retry(taskId: string, by: string, options: { fresh: boolean }): Promise<boolean>
  /**
   * Runs the message of an ended task again as a task of its own with this id, and leaves an audit line; the same id
   * again is the same task. Undefined when there is no such task.
   */
  replay(taskId: string, options: ReplayOptions): Promise<Run | 'live' | 'builtin' | undefined>
  /** What a replay says beside what the task said that it repeats; undefined when it is none. */
  replayed(run: Run): Promise<Replayed | undefined>
  usage(days: number): Promise<Usage>
  /** Leaves an audit line. False when this subject has no such limit. */
  raiseBudget(request: {
    subject: string
    measure: Measure
    amount: number
    until: number | undefined
    by: string
    /** The same again is the same raise. */
    id: string
  }): Promise<boolean>
  /** False when there is no such delivery or it was sent, or is still to be. */
  resend(deliveryId: string, by: string): Promise<boolean>
}

export interface ReplayOptions {
  id: string
  by: string
  /** Nothing is sent or done; whether models and their tools are asked. */
  dry?: { models: boolean; tools: boolean }
}

/** The personas of models, of files and of the dashboard. */
interface ApiPresets {
  /** The one of everybody who has chosen none. */
  readonly usual: string | undefined
  list(): Promise<ListedPreset[]>
  faults(): readonly PresetFault[]
  /** Undefined when there is one of that name. */
  add(preset: Preset, by: string, now: number): Promise<ListedPreset | undefined>
  /** Keeps it over a file of the same name. */
  put(preset: Preset, by: string, now: number): Promise<ListedPreset>
  /** False when the dashboard has none of that name. */
  remove(name: string): Promise<boolean>
}

/** Commands that come again and again. What changes one leaves an audit line, and is undefined when it is gone. */
interface ApiSchedules {
  /** Of times without a zone of their own. */
  readonly timeZone: string
  /** The same `key` again is the same schedule. */
  add(request: ScheduleRequest, key: string, by: string): Promise<{ schedule: Schedule } | { refused: Bilingual }>
  /** All of them, the newest first. */
  list(): Promise<Schedule[]>
  find(number: number): Promise<Schedule | undefined>
  /** Its next five times. */
  next(schedule: Schedule): number[]
  preview(when: string, timeZone: string): { times: number[] } | { refused: Bilingual }
  pause(schedule: Schedule, by: string): Promise<Schedule | undefined>
  resume(schedule: Schedule, by: string): Promise<Schedule | undefined>
  /** The same `key` again is the same task. */
  run(schedule: Schedule, key: string, by: string): Promise<{ taskId: string } | { refused: Bilingual }>
  remove(schedule: Schedule, by: string): Promise<'removed' | { refused: Bilingual } | undefined>
}

/** The part of the installation's config that the API reads. */
export interface ApiConfig {
  adminPassword?: string
  apiTokens: readonly string[]
  lang: Lang
  limits: { filesKeptMs: number }
  /** Platform simulators by channel id. */
  simulators: Readonly<Record<string, string>>
}

/** The part of a channel that the API reads. */
interface ApiChannel {
  readonly id: string
  readonly platform: string
  down?(): { since: number; why: string } | undefined
}

interface Room {
  chat: string
  chatKind: 'private' | 'group'
  title: string
  people: readonly { id: string; name: string }[]
}
