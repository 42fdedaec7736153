import { z } from 'zod'
import type { ChatAction } from '../core/chat-action.ts'
import { IgnoredError, UsageError } from '../core/errors.ts'
import type { Bilingual, Lang } from '../core/lang.ts'
import type { LlmMessage } from '../core/llm.ts'
import type { Message } from '../core/message.ts'
import type { Content, Media, Part } from '../core/part.ts'
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
   * Says something to the chat that asked. `name` is unique in the command: said again under the same name (a later attempt) it is sent once.
   * Resolves when it is stored, not when it is sent.
   */
  say(name: string, content: Content): Promise<void>
  /** Does `work` once: its result (plain JSON, 256 KB at most) is kept under `name`, and a later attempt gets the kept one. Dying inside `work` repeats it. */
  step<T>(name: string, work: (signal: AbortSignal) => Promise<T> | T): Promise<T>
  /**
   * Waits without holding a slot, for so many milliseconds or until a moment, through restarts. The command is called again from its top when it goes
   * on: what has an effect stands inside `step`.
   */
  sleep(name: string, until: number | Date): Promise<void>
  /**
   * Asks in the chat for an approval and waits for it as `sleep` does; who approved. Rejected, or not approved in time, it throws NotApprovedError,
   * whose sentence the asker is told; catch it to go on without.
   */
  approve(name: string, options?: ApproveOptions): Promise<{ by: string[]; note?: string }>
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
}

export type LaneName = 'short' | 'long' | 'llm' | 'cpu' | (string & {})

/**
 * How a message becomes a call of a command without its words: `keyword` stands in the text, it is the `exact` text, or `pattern` matches it. `event`:
 * something happened (`member-joined`); a command with such triggers alone is never called by words, needs no grant and stands in no help.
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

export function text(value: string): Part {
  return { kind: 'text', text: value }
}

export function markdown(value: string): Part {
  return { kind: 'markdown', text: value }
}

/** A picture from a URL or from bytes (PNG or JPG). */
export function image(source: string | URL | Uint8Array, name = 'image.png'): Part {
  return { kind: 'image', media: mediaOf(source), name }
}

/** A file for download, from text or bytes. */
export function file(name: string, content: string | Uint8Array, type = 'application/octet-stream'): Part {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return { kind: 'file', media: mediaOf(bytes), name, type }
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

/** A voice message from bytes (MP3, WAV, AMR, SILK): what a platform takes as voice differs. */
export function voice(source: URL | Uint8Array, name = 'voice.mp3'): Part {
  return { kind: 'voice', media: mediaOf(source), name }
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

function mediaOf(source: string | URL | Uint8Array): Media {
  if (source instanceof Uint8Array) return { source: 'inline', base64: Buffer.from(source).toString('base64') }
  return { source: 'url', url: source.toString() }
}

export type { Bilingual, ChatAction, Content, Files, Lang, Message, Part, SavedFile }
export { z }
