import type { Catalog } from '../core/catalog.ts'
import type { Log } from '../core/log.ts'
import type { Part } from '../core/part.ts'
import type { Task } from '../core/task.ts'
import type { Store } from '../store/store.ts'
import type { Access } from './access.ts'
import type { Builtin } from './builtins/builtin.ts'
import type { Cancels } from './cancels.ts'
import type { Slots } from './host/slots.ts'
import type { Languages } from './languages.ts'
import type { Chatter } from './llm/chatter.ts'

/** Puts what a task says into its chat's outbox; resolves once it is stored. Under the same name and round it is said once. */
export type Say = (said: { task: Task; round: number; name: string; parts: readonly Part[] }) => Promise<void>

/** Shows how what it is about to say under that name grows, in chats that can; what is lost of it is lost. */
export type ShowDraft = (growing: { task: Task; round: number; name: string; text: string }) => void

/** What an attempt at a task works with. */
export interface Engine {
  store: Pick<Store, 'runs' | 'steps'>
  catalog(): Catalog
  /** The slots of a lane; undefined where this process has none. */
  slots(lane: string): Slots | undefined
  builtins: ReadonlyMap<string, Builtin>
  say: Say
  draft: ShowDraft
  languages: Languages
  chatter: Chatter
  cancels: Cancels
  access: Access
  /** Whom to ask for a grant: person keys. */
  admins: readonly string[]
  graceMs: number
  /** The task's record changed: whoever shows it may look. */
  changed(taskId: string): void
  now(): number
  log: Log
}
