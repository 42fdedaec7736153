import type { CallbackFields, CallbackKind } from './callback.ts'
import type { Calls } from './calls.ts'
import type { InboxEntry, Line } from './conversation.ts'
import type { Credentials, QuotaOverrun } from './corp.ts'
import type { Prepared } from './courier.ts'
import type { Delivered, DeliverOptions } from './dispatch.ts'
import type { Media, MediaType } from './media.ts'
import type { Member } from './members.ts'
import type { Misbehaviour, MisbehaviourHandle } from './misbehaviour.ts'

/** How a simulator is set up; whatever is left out is made up or as the platform does it. */
export interface WecomSimulatorOptions {
  /** 0, the default: any free one. Always on 127.0.0.1. */
  port?: number
  corpId?: string
  agentId?: number
  secret?: string
  token?: string
  encodingAesKey?: string
  /** Where callbacks go; a loopback address. */
  callbackUrl?: string
  /** The same seed and the same calls bring the same credentials, nonces and ids. */
  seed?: number
  now?: () => number
  /** How long a callback may take; 5000. */
  timeoutMs?: number
  /** How often a callback that was not acknowledged is sent again; 3. */
  redeliveries?: number
  /** The pause before that; the real one is unknown; 1000. */
  redeliverAfterMs?: number
  /** Whether a status other than 200 is sent again too; true. */
  redeliverOnStatus?: boolean
  /** The whole staff; undefined: every userid belongs to somebody. */
  members?: readonly Member[]
  unknownUsers?: readonly string[]
  unlicensedUsers?: readonly string[]
  /** So many wrong secrets close gettoken for an hour; 10. */
  wrongSecrets?: number
  /** Whether each gettoken brings a new token and ends the one before; false. */
  replacesTokens?: boolean
}

/** WeCom in small: a corporation, its members and one self-built app. */
export interface WecomSimulator {
  /** The API's base URL. */
  readonly url: string
  readonly credentials: Credentials
  readonly members: readonly Member[]
  /** Throws UsageError for an address that is not on this machine. */
  setCallback(url: string): void
  /** The GET of the callback's set-up: one second, and the body must be the echo and nothing else. */
  verifyUrl(): Promise<{ ok: boolean; status: number; body: string }>

  /** A member writes to the app. Resolves once the callback is acknowledged or given up. */
  say(from: string, text: string, options?: DeliverOptions): Promise<Delivered>
  /** Any message or event; `fields` replace the usual ones. */
  callback(kind: CallbackKind, fields?: CallbackFields, options?: DeliverOptions): Promise<Delivered>
  /**
   * A text message signed and encrypted, to be sent later and as often as wanted, by `post` or by a client of one's
   * own.
   */
  prepare(from: string, text: string): Prepared
  /** Sends exactly these bytes once. */
  post(prepared: Prepared): Promise<Delivered>
  /** Sends a message once more: the first bytes and a new sealing take turns. */
  redeliver(msgId: string): Promise<Delivered>
  /** Shows the passive reply in the answer that a client of one's own got for `prepared`. */
  receive(body: Buffer, prepared: Prepared): Delivered['reply']
  /** Bytes that members send: the MediaId for `callback('image', { MediaId })`. */
  addMedia(type: MediaType, name: string, bytes: Buffer): string
  /** What lies under a MediaId, theirs or the app's. */
  media(mediaId: string): Media | undefined

  /** What members saw, in order. */
  readonly inbox: readonly InboxEntry[]
  inboxOf(userid: string): InboxEntry[]
  /** The first entry that fits, already there or still to come; rejects after `timeoutMs`. */
  waitFor(predicate: (entry: InboxEntry) => boolean, timeoutMs: number): Promise<InboxEntry>
  /** Hands on each new entry until the returned function is called. */
  onEntry(listener: (entry: InboxEntry) => void): () => void
  /** Lines of both sides after `seq`, waiting up to `waitMs` for the first. */
  feed(after: number, waitMs: number): Promise<Line[]>

  /** API calls by path and errcode (or fault). */
  readonly calls: Calls
  /** How many messages the app sent to members beyond their quota: accepted with errcode 0, shown to nobody. */
  readonly quotaOverruns: number
  readonly dropped: readonly QuotaOverrun[]
  /** Makes API calls go wrong until the rule is used up or stopped. */
  misbehave(rule: Misbehaviour): MisbehaviourHandle
  /** Stops all misbehaviour. */
  behave(): void
  /** The token in use is refused with 40014 from now on. */
  invalidateTokens(): void
  /** Ends open requests and waits; the second call does nothing. */
  close(): Promise<void>
}
