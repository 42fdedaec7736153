import { z } from 'zod'
import type { OnSceneChange } from '../core/command/catalog.ts'
import { AppError, IgnoredError, UsageError } from '../core/errors.ts'
import type { ChatAction } from '../core/message/chat-action.ts'
import type { Message } from '../core/message/message.ts'
import type { Content, Part } from '../core/message/part.ts'
import type { LlmMessage } from '../core/model/llm.ts'
import type { Bilingual, Lang } from '../core/text/lang.ts'
import type { FetchedFile, FetchFileOptions } from '../web/fetch-file.ts'
import type { Files, SavedFile } from './files.ts'

/** What a command is handed: its arguments, who asks, and all it may do. It knows no channel, queue or store. */
export interface CommandContext<Args, Settings = Record<string, unknown>> {
  readonly args: Args
  /** What the operator set for the scene, as its schema made it. May hold secrets: say and log none of it. */
  readonly settings: Settings
  readonly message: Message
  /** The language of the person who asks. */
  readonly lang: Lang
  /** 1 for the first attempt. */
  readonly attempt: number
  /** The task's number, as people see it. */
  readonly taskNumber: number
  /** The memory its process may use, where the lane sets a limit. */
  readonly memoryMb?: number
  /** Aborted by a cancel, the time limit, or a stopping process. Hand it on to whatever waits. */
  readonly signal: AbortSignal
  /**
   * Says something to the chat that asked, or to another one: which, the scene answers for. `name` is unique in the command: said again under the same name (a later attempt) it is sent once.
   * Resolves when it is stored, not when it is sent.
   */
  say(name: string, content: Content, options?: SayOptions): Promise<void>
  /**
   * Does `work` once: its result (plain JSON, 256 KB at most) is kept under `name`, and a later attempt gets the kept one. Dying inside `work` repeats it.
   * With `retries` it is tried again when it throws; what no retry can help (RejectedError) is thrown at once.
   */
  step<T>(name: string, work: (signal: AbortSignal) => Promise<T> | T, options?: StepOptions): Promise<T>
  /**
   * Registers how to take back what the command does from here on: called when the task ends otherwise than done (cancelled, failed for good, timed out,
   * refused), the last registered first, once each. Register before the step: `undo` bears that the step never happened.
   */
  onCancel(
    name: string,
    undo: (signal: AbortSignal) => Promise<unknown> | unknown,
    options?: UndoOptions,
  ): Promise<void>
  /**
   * Waits without holding a slot, for so many milliseconds or until a moment, through restarts. The command is called again from its top when it goes
   * on: what has an effect stands inside `step`.
   */
  sleep(name: string, until: number | Date): Promise<void>
  /**
   * Asks a person in the chat and waits for the answer as `sleep` does: the next thing they write there that is no command, in reply to the question where
   * they quote, or a pressed button. Undefined when nothing came in time.
   */
  ask(name: string, question: string, options?: AskOptions): Promise<Answered | undefined>
  /**
   * Asks in the chat for an approval and waits for it as `sleep` does; who approved. Rejected, or not approved in time, it throws NotApprovedError,
   * whose sentence the asker is told; catch it to go on without.
   */
  approve(name: string, options?: ApproveOptions): Promise<{ by: string[]; note?: string }>
  /**
   * Does `work` for each item, as tasks of their own with their own attempts, `concurrency` at a time, and waits for them as `sleep` does; what they gave
   * back, in the order of the items. A child task calls the command from its top and does `work` alone, with
   * `child` in place of the context: what it does stands in `child.step`, its result is plain JSON (256 KB at most). Items (plain JSON, 10,000 and 8 MB at most) are kept when they are first seen.
   * Throws NotAllDoneError when all have ended and some not well; with `settle` it gives back how each ended instead.
   */
  all: All<Args, Settings>
  /** Asks a model, with nothing in mind but what is passed. What it throws when there is no answer tells the person why; catch it to go on without. */
  llm(prompt: string | LlmMessage[]): Promise<string>
  /** Asks a model with all in mind that was said in this conversation, and has it remember this too. The same text again in one task is answered from memory. */
  converse(text: string): Promise<string>
  /** Does something else in the chat than speak, where its platform lets the bot. What it throws when it cannot be done tells the person why. */
  act(action: ChatAction): Promise<void>
  /** What the message brings or quotes, a scratch folder, and results kept for download. */
  readonly files: Files
  /**
   * Lets a chat have `name` once in `forMs`, whichever process is asked. Resolves to 0 when it may now, which starts the time, else to how many ms
   * are left. Another attempt at the same task gets the same answer.
   */
  coolDown(name: string, forMs: number): Promise<number>
  /** Shows how far it is (0 to 100) and what it does. */
  progress(percent: number, text?: string): void
  /** Writes a line into the task's log, for operators. */
  log(text: string): void
  /** The one of two texts that the asker reads. */
  pick(text: Bilingual): string
}

export interface SayOptions {
  /** Another chat than the one that asked; private where it is not said to be a group. */
  to?: { channel: string; chat: string; chatKind?: 'private' | 'group' }
}

export interface StepOptions {
  /** How often it is tried again in one attempt at the task, after 1, 2, 4 … 60 s. A killed attempt does not count: the next one has them all. Default 0. */
  retries?: number
  /** How long one try may take: then its signal is aborted and the try has failed. Default: as long as the command. */
  timeoutMs?: number
}

export interface UndoOptions {
  /** How long one try of it may take; there are three. Default a minute, five at most. */
  timeoutMs?: number
}

export interface AskOptions {
  /** What may be answered, by its words or its place in the list; shown as buttons where the platform has them. */
  choices?: string[]
  /** Default a day. */
  withinMs?: number
  /** Whose answer counts: the asker's (default), anybody's, or these people's (`wecom:lisi`). */
  from?: 'asker' | 'anyone' | string[]
}

export interface Answered {
  text: string
  /** Who said it, as a person key. */
  by: string
}
/** What the work for one item is handed: its own steps, waits and words. */
export type PieceContext<Args = Record<string, unknown>, Settings = Record<string, unknown>> = Omit<
  CommandContext<Args, Settings>,
  'all' | 'onCancel'
>

export interface AllOptions {
  /** How many are under way at most. Default 5, at most 100. */
  concurrency?: number
  /** How often each is tried when it throws. Default: as often as the command. */
  attempts?: number
}

export interface All<Args, Settings> {
  <Item, Result>(
    name: string,
    items: readonly Item[],
    work: (item: Item, index: number, child: PieceContext<Args, Settings>) => Promise<Result> | Result,
    options?: AllOptions & { settle?: false },
  ): Promise<Result[]>
  <Item, Result>(
    name: string,
    items: readonly Item[],
    work: (item: Item, index: number, child: PieceContext<Args, Settings>) => Promise<Result> | Result,
    options: AllOptions & { settle: true },
  ): Promise<Settled<Result>[]>
}

/** How one item of an `all` ended: `why` is for operators, but for `refused`, where it is a sentence. */
export type Settled<Result> =
  | { state: 'done'; value: Result }
  | { state: 'refused' | 'failed' | 'cancelled' | 'ignored'; why: string }

export interface ApproveOptions {
  /** `scene.command`: whoever was granted it, and administrators. Left out: the asker. */
  by?: string
  /** Default a day. */
  withinMs?: number
  /** The asker may not approve it themselves. */
  notSelf?: boolean
  /** How many different people have to approve it. Default 1. */
  count?: number
  /** What is to be approved, in words. Default the name. */
  question?: string
  /** When nobody has decided after that time, others may, too, and the chat is told: `scene.command`, or people (`wecom:lisi`). */
  escalate?: { afterMs: number; to: string | string[] }
}

export type LaneName = 'short' | 'long' | 'llm' | 'cpu' | (string & {})

/**
 * How a message becomes a call of a command without its words: `keyword` stands in the text, it is the `exact` text, or `pattern`
 * matches it. A pattern is read by RE2, so it neither looks ahead or behind nor refers back. `event`: something happened
 * (`member-joined`); a command with such triggers alone is never called by words, needs no grant and stands in no help.
 */
export type Trigger = { keyword: string } | { exact: string } | { pattern: RegExp } | { event: string }

/**
 * Makes triggers of what an operator has set. What is wrong and can be passed over is told with `warn`; `refuse` ends it without any trigger.
 * Operators see both where they see broken scene files.
 */
export type MakeTriggers<Settings> = (
  settings: Settings,
  warn: (sentence: string) => void,
) => Promise<readonly Trigger[]> | readonly Trigger[]

export interface Command<Schema extends z.ZodObject = z.ZodObject, Settings extends z.ZodObject = z.ZodObject> {
  summary: Bilingual
  /** The scene's own, named here by a command that reads them. */
  settings?: Settings
  /** An object schema; its keys in order are the positional arguments. The last string takes the rest of the line. */
  args: Schema
  /** `short`: answers in a moment, may ride on the platform's ack. Default short. */
  lane?: LaneName
  /** How long one attempt may take. Default 60 s (short: 10 s). */
  timeoutMs?: number
  /** How often it is tried when it throws. Default 3. */
  attempts?: number
  /** Other names, typed bare, without the scene. */
  aliases?: readonly string[]
  /** Written out, or made of the settings whenever the scene is loaded. */
  triggers?: readonly Trigger[] | MakeTriggers<z.output<Settings>>
  /**
   * A model that answers a person may call this command for them, under their grants, and reads what it says. `approval`: only after they have
   * agreed. Not in the lane `llm`, where it would wait for whoever called it.
   */
  tool?: boolean | { approval?: boolean }
  /** An example line for `help`. */
  example?: string
  /** What is returned is said last, under the name `answer`. */
  run(context: CommandContext<z.output<Schema>, z.output<Settings>>): Promise<Content | void> | Content | void
}

export interface Scene<Settings extends z.ZodObject = z.ZodObject> {
  name: string
  summary: Bilingual
  /** An object schema of what operators set under `scenes: { <name>: … }`; they are checked when the scene is loaded. */
  settings?: Settings
  /** Files and folders that triggers are made of: when something in them changes, they are made anew. */
  watches?(settings: z.output<Settings>): readonly string[]
  /** What becomes of tasks with kept steps when the files of the scene change, where it is other than the installation's `tasks.onSceneChange`. */
  onChange?: OnSceneChange
  /** Each with its own argument schema; `any` of them, so the types of their contexts are not compared. */
  // biome-ignore lint/suspicious/noExplicitAny: a list of commands with different arguments has no narrower type
  commands: Readonly<Record<string, Command<any, any>>>
}

export function defineCommand<Schema extends z.ZodObject, Settings extends z.ZodObject = z.ZodObject>(
  command: Command<Schema, Settings>,
): Command<Schema, Settings> {
  return command
}

export function defineScene<Settings extends z.ZodObject = z.ZodObject>(scene: Scene<Settings>): Scene<Settings> {
  return scene
}

/** What `approve` throws: `by` is who rejected it, nobody when its time was over. */
export class NotApprovedError extends UsageError {
  readonly by: readonly string[]
  readonly note: string | undefined
  constructor(sentence: string, by: readonly string[], note: string | undefined) {
    super(sentence)
    this.by = by
    this.note = note
  }
}

/** What `all` throws when all have ended and some not well. Trying again is for people: `retry` does those once more that did not. */
export class NotAllDoneError extends AppError {
  override readonly name = 'NotAllDoneError'
  readonly retry = 'never'
  readonly failed: readonly { index: number; state: string; why: string }[]
  constructor(message: string, failed: NotAllDoneError['failed']) {
    super(message)
    this.failed = failed
  }
}

/**
 * What stands at a web address that somebody else wrote: never from this machine or its network unless `allowPrivate`, redirects included.
 * Throws RejectedError (not there, too large, an inner address), which is not tried again, or UnavailableError.
 */
export async function fetchFile(address: string, options: FetchFileOptions, signal: AbortSignal): Promise<FetchedFile> {
  // Loaded when it is needed: every host would start later for it.
  const web = await import('../web/fetch-file.ts')
  return web.fetchFile(address, options, signal)
}

/** Ends the command without a word, because the message is not for it after all; `why` stands in the task's timeline. */
export function ignore(why: string): never {
  throw new IgnoredError(why)
}

/** Ends the command with a sentence for the person who asked; it counts as refused, and is not tried again. */
export function refuse(sentence: string): never {
  throw new UsageError(sentence)
}

export { file, image, markdown, text, voice } from './content.ts'
export type { Bilingual, ChatAction, Content, Files, Lang, Message, Part, SavedFile }
export { z }
