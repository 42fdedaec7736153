import { z } from 'zod'
import type { ChatAction } from '../core/chat-action.ts'
import { UsageError } from '../core/errors.ts'
import type { Bilingual, Lang } from '../core/lang.ts'
import type { LlmMessage } from '../core/llm.ts'
import type { Message } from '../core/message.ts'
import type { Content, Media, Part } from '../core/part.ts'
import type { Files, SavedFile } from './files.ts'

/** What a command is handed: its arguments, who asks, and all it may do. It knows no channel, queue or store. */
export interface CommandContext<Args> {
  readonly args: Args
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
  /** Asks a model with all in mind that was said in this conversation, and has it remember this too. */
  converse(text: string): Promise<string>
  /** Does something else in the chat than speak, where its platform lets the bot. What it throws when it cannot be done tells the person why. */
  act(action: ChatAction): Promise<void>
  /** What the message brings or quotes, a scratch folder, and results kept for download. */
  readonly files: Files
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
 * How a message becomes a call of a command without its words: `keyword` stands in the text, or `pattern` matches it. `event`: something happened
 * (`member-joined`); a command with such triggers alone is never called by words, needs no grant and stands in no help.
 */
export type Trigger = { keyword: string } | { pattern: RegExp } | { event: string }

export interface Command<Schema extends z.ZodObject = z.ZodObject> {
  summary: Bilingual
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
  triggers?: readonly Trigger[]
  /** An example line for `help`. */
  example?: string
  /** What is returned is said last, under the name `answer`. */
  run(context: CommandContext<z.output<Schema>>): Promise<Content | void> | Content | void
}

export interface Scene {
  name: string
  summary: Bilingual
  /** Each with its own argument schema; `any` of them, so the types of their contexts are not compared. */
  // biome-ignore lint/suspicious/noExplicitAny: a list of commands with different arguments has no narrower type
  commands: Readonly<Record<string, Command<any>>>
}

export function defineCommand<Schema extends z.ZodObject>(command: Command<Schema>): Command<Schema> {
  return command
}

export function defineScene(scene: Scene): Scene {
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
