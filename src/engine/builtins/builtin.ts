import type { Argument, Catalog, CommandEntry } from '../../core/command/catalog.ts'
import type { Message } from '../../core/message/message.ts'
import type { Content } from '../../core/message/part.ts'
import type { Once } from '../../core/task/once.ts'
import type { Run } from '../../core/task/run.ts'
import type { Bilingual, Lang } from '../../core/text/lang.ts'
import type { Store } from '../../store/store.ts'
import type { TaskControl } from '../control/task-control.ts'
import type { BudgetControl } from '../llm/budget-control.ts'
import type { Memory } from '../llm/converse.ts'
import type { Access } from '../people/access.ts'
import type { Languages } from '../people/languages.ts'
import type { Presets } from '../presets/presets.ts'
import type { ScheduleControl } from '../schedules/schedule-control.ts'

/** What a built-in command is called with. */
export interface BuiltinCall {
  /** By the names of its arguments; those left out are not there. */
  args: Readonly<Record<string, string | boolean>>
  message: Message
  lang: Lang
  /** The asker's person key. */
  me: string
  access: Access
  /** For what is to be done once, and for what decides what is done and said and is changed by doing it. */
  once: Once
  pick(text: Bilingual): string
}

/** What all built-in commands share. */
export interface BuiltinPorts {
  store: Pick<Store, 'runs' | 'steps' | 'outbox' | 'grants' | 'conversations'>
  taskControl: TaskControl
  budgets: BudgetControl
  schedules: ScheduleControl
  languages: Languages
  presets: Presets
  /** Who shares a conversation in a group. */
  memory: Memory['memory']
  /** Whom to ask for a grant: person keys. */
  admins: readonly string[]
  catalog(): Catalog
  /** The MCP servers that can be granted. */
  mcpServers: readonly string[]
  timeZone: string
  now(): number
}

/**
 * A command of Huitou's own: trusted, so it runs beside the engine and may use the store. It may be run again after
 * all that it does is kept and its end is not: the second attempt says and does the same. An audit line may then
 * stand there twice.
 */
export interface Builtin {
  entry: CommandEntry
  /** Throws UsageError with a sentence for the asker when it cannot be done as asked. */
  run(call: BuiltinCall): Promise<Content>
}

export function argument(
  name: string,
  options: { optional?: boolean; rest?: boolean; named?: boolean; choices?: string[] } = {},
): Argument {
  return {
    name,
    optional: options.optional ?? false,
    rest: options.rest ?? false,
    named: options.named,
    choices: options.choices,
  }
}

export function builtin(
  name: string,
  summary: Bilingual,
  args: Argument[],
  run: Builtin['run'],
  aliases: string[] = [],
): Builtin {
  const entry: CommandEntry = {
    scene: '',
    name,
    summary,
    args,
    lane: 'control',
    timeoutMs: 10_000,
    attempts: 3,
    aliases,
    triggers: [],
  }
  return { entry, run }
}

/** The tasks a person may look at and change: their own; admins, all. */
export function isTheirs(run: Run, call: BuiltinCall): boolean {
  return run.owner === call.me || call.access.isAdmin(call.message)
}
