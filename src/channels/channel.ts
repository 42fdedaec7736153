import type { WebSocket } from 'ws'
import type { Delivery, Receipt } from '../core/delivery/delivery.ts'
import type { Draft } from '../core/delivery/draft.ts'
import type { Limit } from '../core/delivery/limit.ts'
import type { Ack } from '../core/message/ack.ts'
import type { Address } from '../core/message/address.ts'
import type { ChatAction } from '../core/message/chat-action.ts'
import type { Message } from '../core/message/message.ts'
import type { Part } from '../core/message/part.ts'

/** An HTTP request as it came in: nothing decoded, nothing lost. */
export interface InboundRequest {
  method: string
  /** The query as on the wire, without the question mark. */
  rawQuery: string
  headers: Readonly<Record<string, string | undefined>>
  body: Buffer
}

export type Inbound =
  | { kind: 'message'; message: Message; ack: Ack }
  | { kind: 'handshake'; ack: Ack }
  | { kind: 'ignored'; why: string; ack: Ack }

/** One configured account on a platform: what all of them do, and what this one can besides. */
export interface Channel {
  readonly id: string
  readonly platform: string
  /** What the platform allows; the outbox keeps below it. */
  readonly limits: { account: readonly Limit[]; chat: readonly Limit[] }
  readonly can: Capabilities
  /** Cuts what is said into parts that go out in one send each, in order, none over the platform's size. */
  split(parts: readonly Part[]): Part[]
  /**
   * Sends; resolves once the platform has it. Throws RejectedError, UnavailableError, QuotaError, UnsureError or
   * SetupError. The second call with the same delivery is a repeat: it must be the same request to the platform, byte
   * for byte where that makes it recognisable.
   */
  send(delivery: Delivery, signal: AbortSignal): Promise<Receipt>
  /** Undefined when up; else since when it is not, and why, for /readyz and the dashboard. */
  down(): { since: number; why: string } | undefined
}

/** What not every platform can. Whoever needs one asks for it by its name, and does without it where it is missing. */
export interface Capabilities {
  readonly callbacks?: Callbacks
  readonly sockets?: Sockets
  readonly listening?: Listening
  readonly waitingRoom?: WaitingRoom
  readonly passiveReply?: PassiveReply
  readonly drafts?: Drafts
  readonly actions?: Actions
  /**
   * The platform recognises a repeated delivery and shows it once. Without it, one whose sender died is unsure and not
   * repeated by itself.
   */
  readonly idempotentSends?: true
  readonly lookUp?: LookUp
  readonly slowSends?: SlowSends
  readonly media?: Media
  readonly quotes?: Quotes
}

export type Capability = keyof Capabilities

/** The platform posts what happens: `GET|POST /in/:channel`. */
export interface Callbacks {
  /** Verifies and parses a callback. Touches no network. Throws only UnverifiedError. */
  receive(request: InboundRequest): Inbound
}

/** The platform's side opens sockets to us: `WS /in/:channel`. */
export interface Sockets {
  /** Judges one before the upgrade; the result takes it afterwards. Throws only UnverifiedError. */
  admit(request: InboundRequest): (socket: WebSocket) => void
}

/** Messages come by sockets and polls of the channel's own. */
export interface Listening {
  /**
   * Runs until the signal. `onMessage` resolves once the message is stored; a channel with a waiting room need not mind
   * a rejection, whoever calls `listen` keeps the message until the store is back.
   */
  listen(onMessage: (message: Message) => Promise<void>, signal: AbortSignal): Promise<void>
}

/**
 * The platform never sends again: messages wait in memory while the store is away. Without it the platform does, and is
 * told to.
 */
export interface WaitingRoom {
  /** So many may wait. */
  readonly most: number
}

/** A short command's answer can ride on the acknowledgement of its callback. */
export interface PassiveReply {
  /** How long a request may be held for it; 0: it is not. */
  readonly withinMs: number
  /** The ack that carries `part` as the answer to `message`, or undefined where this part cannot ride on one. */
  replyTo(message: Message, part: Part): Ack | undefined
}

/** The platform can change what it shows, so an answer is seen to grow. */
export interface Drafts {
  /**
   * Shows how far an answer has grown. It stands in the place of the delivery of the same id: of the drafts the newest
   * is seen, after the delivery that one alone. May be lost, and one that comes too late changes nothing.
   */
  show(draft: Draft): Promise<void>
}

/** A bot may do more in a chat than speak. */
export interface Actions {
  /** Throws as `send` does. */
  act(action: ChatAction, at: Address, signal: AbortSignal): Promise<void>
}

/** A send whose answer was lost can be looked for among what the account has said. */
export interface LookUp {
  /**
   * Looks for a delivery whose send was begun at `since`. `known`: the platform's ids of what other deliveries are
   * known to have become. Throws UnavailableError or UnsureError when it could not look just now.
   */
  find(delivery: Delivery, doubt: { since: number; known: ReadonlySet<string> }, signal: AbortSignal): Promise<LookedUp>
}

/** Some sends take more than a moment: uploads. */
export interface SlowSends {
  /** How long sending this may take. What is beyond five minutes is cut. */
  sendMs(delivery: Delivery): number
}

/** Files that people send lie at the platform, and can be had there. */
export interface Media {
  /** The bytes, by their id at the platform. */
  download(platformMediaId: string, signal: AbortSignal): Promise<MediaFile>
}

/** A message that another quotes can be read again. */
export interface Quotes {
  /** What the message with this id at the platform says. */
  read(to: Address, platformMessageId: string, signal: AbortSignal): Promise<Part[]>
}

/** What became of a send whose answer was lost. */
export type LookedUp =
  | { state: 'sent'; receipt: Receipt }
  /** It surely was not sent and will not be: it may be sent again. */
  | { state: 'absent' }
  /** It may still come, or show. */
  | { state: 'unclear'; lookInMs: number }
  /** Nobody will ever know. */
  | { state: 'unknown'; why: string }

export interface MediaFile {
  bytes: Uint8Array
  name: string
  type: string
}

/** What a channel is given to work with. */
export interface ChannelPorts {
  now(): number
  /** Bytes kept in our store under a fileId. */
  readFile(fileId: string): Promise<MediaFile>
  /** A place shared by all processes for what is costly to fetch, with one fetch at a time. */
  shared: SharedCache
  /** Whether a command is bound to an event of this name; what nothing is bound to need not become a message. */
  isBound(event: string): boolean
  /** Whether something in the text calls a command by itself (its triggers), without a prefix or a mention. */
  isTriggered(text: string): boolean
  /** Calls to the process that holds a socket, from whichever process wants to send. */
  exchange: Exchange
  /** A chat that a QuotaError closed is open again earlier than that said: what waits for it goes out. */
  reopen(channel: string, chat: string): Promise<void>
  log: ChannelLog
}

/** Requests between the processes of an installation; what is asked and answered is plain JSON. */
export interface Exchange {
  /**
   * From now on this process answers what is asked under `name`, until the result is called; a later holder takes the
   * name over.
   */
  hold(name: string, answer: (request: unknown) => Promise<unknown>): Promise<() => Promise<void>>
  /**
   * Asks whoever holds `name`. Throws UnavailableError when nobody does (nothing was asked), the holder's own error
   * where it failed (its class among ours is kept), or UnsureError when no answer came in time.
   */
  ask(name: string, request: unknown, timeoutMs: number): Promise<unknown>
}

/** A value fetched once for all processes. */
export interface SharedCache {
  /**
   * The kept value of `key`, or the one `fetch` brings: one fetch at a time over all processes, kept for the `ttlMs` it
   * says. `not`: a value known to be stale; if that is the kept one it is fetched anew, if somebody renewed it
   * meanwhile the new one is taken.
   */
  get(key: string, fetch: () => Promise<{ value: string; ttlMs: number }>, not?: string): Promise<string>
}

export interface ChannelLog {
  info(fields: Record<string, unknown>, message: string): void
  warn(fields: Record<string, unknown>, message: string): void
  error(fields: Record<string, unknown>, message: string): void
}
