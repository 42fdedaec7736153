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

/** One configured account on a platform. */
export interface Channel {
  readonly id: string
  readonly platform: string
  /** What the platform allows; the outbox keeps below it. */
  readonly limits: { account: readonly Limit[]; chat: readonly Limit[] }
  /** The platform would show a repeated delivery again, so one whose sender died is unsure and not repeated by itself. */
  readonly repeatsShowTwice?: boolean
  /** The platform never sends again: so many messages wait in memory while the store is away. Undefined: it does, and is told to. */
  readonly mostWaiting?: number
  /** How long a request may be held for a short command's answer; undefined: an answer cannot ride on the ack. */
  readonly replyWithinMs?: number
  /** Verifies and parses a callback. Touches no network. Throws only UnverifiedError. */
  receive?(request: InboundRequest): Inbound
  /** The ack that carries `part` as the answer to `message`, or undefined where this part cannot ride on one. */
  reply?(message: Message, part: Part): Ack | undefined
  /** Cuts what is said into parts that go out in one send each, in order, none over the platform's size. */
  split(parts: readonly Part[]): Part[]
  /**
   * Sends; resolves once the platform has it. Throws RejectedError, UnavailableError, QuotaError, UnsureError or SetupError.
   * The second call with the same delivery is a repeat: it must be the same request to the platform, byte for byte where that makes it recognisable.
   */
  send(delivery: Delivery, signal: AbortSignal): Promise<Receipt>
  /** Does something in a chat beside speaking. Throws as `send` does. Undefined: the platform lets no bot do such things. */
  act?(action: ChatAction, at: Address, signal: AbortSignal): Promise<void>
  /**
   * Shows how far an answer has grown, on a platform that can change what it shows. It stands in the place of the delivery of the same id: of the drafts
   * the newest is seen, after the delivery that one alone. May be lost, and one that comes too late changes nothing.
   */
  showDraft?(draft: Draft): Promise<void>
  /** How long sending this may take, when it is more than a moment: an upload. What is beyond five minutes is cut. */
  sendMs?(delivery: Delivery): number
  /**
   * Looks for a delivery whose send was begun at `since` and whose answer was lost, among what the account has said. `known`: the platform's ids of
   * what other deliveries are known to have become. Throws UnavailableError or UnsureError when it could not look just now.
   */
  lookUp?(
    delivery: Delivery,
    doubt: { since: number; known: ReadonlySet<string> },
    signal: AbortSignal,
  ): Promise<LookedUp>
  /**
   * Judges a socket that the platform's side opens to us (`WS /in/:channel`), before the upgrade; the result takes it afterwards.
   * Throws only UnverifiedError.
   */
  admit?(request: InboundRequest): (socket: WebSocket) => void
  /** The bytes of something a person sent, by its id at the platform. */
  download?(platformMediaId: string, signal: AbortSignal): Promise<MediaFile>
  /** What the message with this id at the platform says, which one in this chat quotes. */
  quoted?(to: Address, platformMessageId: string, signal: AbortSignal): Promise<Part[]>
  /**
   * Sockets and polls; runs until the signal. `onMessage` resolves once the message is stored; a channel whose platform never sends again
   * need not mind a rejection, whoever calls `listen` keeps the message until the store is back.
   */
  listen?(onMessage: (message: Message) => Promise<void>, signal: AbortSignal): Promise<void>
  /** Undefined when up; else since when it is not, and why, for /readyz and the dashboard. */
  down?(): { since: number; why: string } | undefined
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
  /** From now on this process answers what is asked under `name`, until the result is called; a later holder takes the name over. */
  hold(name: string, answer: (request: unknown) => Promise<unknown>): Promise<() => Promise<void>>
  /**
   * Asks whoever holds `name`. Throws UnavailableError when nobody does (nothing was asked), the holder's own error where it failed
   * (its class among ours is kept), or UnsureError when no answer came in time.
   */
  ask(name: string, request: unknown, timeoutMs: number): Promise<unknown>
}

/** A value fetched once for all processes. */
export interface SharedCache {
  /**
   * The kept value of `key`, or the one `fetch` brings: one fetch at a time over all processes, kept for the `ttlMs` it says.
   * `not`: a value known to be stale; if that is the kept one it is fetched anew, if somebody renewed it meanwhile the new one is taken.
   */
  get(key: string, fetch: () => Promise<{ value: string; ttlMs: number }>, not?: string): Promise<string>
}

export interface ChannelLog {
  info(fields: Record<string, unknown>, message: string): void
  warn(fields: Record<string, unknown>, message: string): void
  error(fields: Record<string, unknown>, message: string): void
}
