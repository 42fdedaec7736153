import type { Address } from '../core/address.ts'
import type { Catalog } from '../core/catalog.ts'
import type { ChatAction } from '../core/chat-action.ts'
import type { Log } from '../core/log.ts'
import type { Part } from '../core/part.ts'
import type { Task } from '../core/task.ts'
import type { ScenePack } from '../scenes/pack.ts'
import type { Store } from '../store/store.ts'
import type { Access } from './access.ts'
import type { Builtin } from './builtins/builtin.ts'
import type { Cancels } from './cancels.ts'
import type { Desk } from './desk.ts'
import type { FanOut } from './fan-out.ts'
import type { MediaDesk } from './files/media.ts'
import type { Scratch } from './files/scratch.ts'
import type { Slots } from './host/slots.ts'
import type { Languages } from './languages.ts'
import type { Chatter } from './llm/chatter.ts'
import type { PicturePorts } from './llm/pictures.ts'
import type { ToolSource } from './llm/tools/toolbox.ts'
import type { Versions } from './versions.ts'

/** Puts what a task says into its chat's outbox; resolves once it is stored. Under the same name and round it is said once. */
export type Say = (said: {
  task: Task
  round: number
  name: string
  parts: readonly Part[]
  /** A question to people: it goes to the chat also of a task whose words go to the model that called it. */
  toChat?: boolean
  /** Another chat than the one that asked. */
  to?: Address
}) => Promise<void>

/** Shows how what it is about to say under that name grows, in chats that can; what is lost of it is lost. */
export type ShowDraft = (growing: { task: Task; round: number; name: string; text: string }) => void

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
  /** Tells a run what it may be waiting for; see `Desk.signal`. */
  signal: Desk['signal']
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
