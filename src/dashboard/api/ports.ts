import type { Address } from '../../core/address.ts'
import type { Measure } from '../../core/budget.ts'
import type { Catalog } from '../../core/catalog.ts'
import type { Lang } from '../../core/lang.ts'
import type { Log } from '../../core/log.ts'
import type { Message } from '../../core/message.ts'
import type { Part } from '../../core/part.ts'
import type { ListedPreset, Preset, PresetFault } from '../../core/preset.ts'
import type { RunFilter } from '../../core/run.ts'
import type { Task } from '../../core/task.ts'
import type { Usage } from '../../core/usage.ts'
import type { Store } from '../../store/store.ts'
import type { Overview } from './shapes.ts'

/** What the API and the console are handed. Whatever touches the store may throw StoreUnavailableError: the caller is answered 503. */
export interface ApiPorts {
  config: ApiConfig
  version: string
  startedAt: number
  store: Store
  channels: readonly ApiChannel[]
  /** The made-up people and groups of the console's own channel. */
  rooms: readonly Room[]
  catalog(): Catalog
  presets: ApiPresets
  now(): number
  log: Pick<Log, 'info' | 'warn' | 'error'>
  /** The moment a written date stands for, in the server's time zone; a day alone is its start, or as an `end` its last moment. */
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
  retry(taskId: string, by: string): Promise<boolean>
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

/** The part of the installation's config that the API reads. */
export interface ApiConfig {
  adminPassword: string | undefined
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
