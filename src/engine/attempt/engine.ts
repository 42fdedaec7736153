import type { Catalog } from '../../core/command/catalog.ts'
import type { Log } from '../../core/log.ts'
import type { Address } from '../../core/message/address.ts'
import type { ChatAction } from '../../core/message/chat-action.ts'
import type { Say, ShowDraft } from '../../core/task/say.ts'
import type { Task } from '../../core/task/task.ts'
import type { ScenePack } from '../../scenes/pack.ts'
import type { Store } from '../../store/store.ts'
import type { Builtin } from '../builtins/builtin.ts'
import type { FanOut } from '../fan-out/fan-out.ts'
import type { MediaDesk } from '../files/media.ts'
import type { Scratch } from '../files/scratch.ts'
import type { Slots } from '../host/slots.ts'
import type { Chatter } from '../llm/chatter.ts'
import type { PicturePorts } from '../llm/pictures.ts'
import type { ToolSource } from '../llm/tools/toolbox.ts'
import type { Access } from '../people/access.ts'
import type { Languages } from '../people/languages.ts'
import type { Versions } from '../steps/versions.ts'
import type { SignalRun } from '../waiting/ports.ts'
import type { Cancels } from './cancels.ts'

/** What an attempt at a task works with. */
export interface Engine {
  store: Pick<Store, 'runs' | 'steps' | 'settings' | 'outbox' | 'leases' | 'counters'>
  catalog(): Catalog
  /** The slots of a lane, for the scenes of now or for one of another time; undefined where this process has none. */
  slots(lane: string, old?: ScenePack): Pick<Slots, 'run'> | undefined
  versions: Versions
  builtins: ReadonlyMap<string, Builtin>
  say: Say
  /** Does something in a chat beside speaking. Throws as `Channel.act` does, and RejectedError where the platform lets no bot do such things. */
  act(action: ChatAction, at: Address, signal: AbortSignal): Promise<void>
  media: MediaDesk
  scratch: Scratch
  draft: ShowDraft
  languages: Languages
  chatter: Chatter
  /** What models that answer may call. */
  tools: readonly ToolSource[]
  pictures: PicturePorts
  cancels: Cancels
  access: Access
  /** Whom to ask for a grant: person keys. */
  admins: readonly string[]
  graceMs: number
  /** How long the claim of a worker that died stands. */
  leaseMs: number
  /** Tells a run what it may be waiting for; see `Runs.signal`. */
  signal: SignalRun
  fanOut: FanOut
  /** Aborted when this process stops: tasks of this lane go on elsewhere, from their next step. Undefined for those that may end here. */
  parking(lane: string): AbortSignal | undefined
  /** The task has ended: whoever waits for it may go on. */
  ended(task: Task): Promise<void>
  /** The task's record changed: whoever shows it may look. */
  changed(taskId: string): void
  now(): number
  log: Log
}
