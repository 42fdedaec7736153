/** Which implementation it is like: header quirks, ids, return codes, heartbeats and how strict it is. */
export type FlavourName = 'napcat' | 'lagrange' | 'go-cqhttp'

export interface Segment {
  type: string
  data: Record<string, string>
}

export interface Group {
  id: string
  name: string
  members: { id: string; name: string; role?: 'owner' | 'admin' | 'member' }[]
}

/** How a simulator is set up; whatever is left out is made up or as the implementation does it. */
export interface OnebotSimulatorOptions {
  flavour?: FlavourName
  selfId?: string
  friends?: { id: string; name: string }[]
  groups?: Group[]
  accessToken?: string
  /** Where it dials (reverse WebSocket); a loopback address. */
  reverseUrl?: string
  /** One socket for both directions, or one each; `universal`. */
  sockets?: 'universal' | 'split'
  /** Whether it listens itself: forward WebSocket and HTTP API on one port. */
  listens?: boolean
  /** Where events are posted, signed with `httpSecret`; a loopback address. */
  postUrl?: string
  httpSecret?: string
  /** 0: never. */
  heartbeatMs?: number
  reconnectMs?: number
  /** How messages are written in events. */
  format?: 'array' | 'string'
}

/** What the bot said, read as the real one reads it: codes in a text that was not sent as a segment are codes. */
export interface Said {
  messageId: string
  at: number
  action: string
  chat: { group: string } | { person: string }
  segments: Segment[]
  /** The text segments together. */
  text: string
  repliesTo?: string
}

/**
 * How a call goes wrong. A number: refused with that code, nothing done. `timeout`: done, but NapCat's 1200 with a time-out is answered, or Lagrange's 9000. `silent`:
 * done, no answer ever. `cut`: done, and the connection breaks before the answer. `http-503`: nothing done (HTTP API).
 */
export interface Misbehaviour {
  action?: string
  answer?: number | 'timeout' | 'silent' | 'cut' | 'http-503'
  /** With the last four: nothing is done, although it looks the same. */
  isLost?: boolean
  /** With `timeout`, `silent` and `cut`: it is done so long after. */
  doneAfterMs?: number
  delayMs?: number
  times?: number
  untilMs?: number
}

export interface OnebotSimulator {
  readonly selfId: string
  /** Of its own server, for both the forward WebSocket and the HTTP API; empty when it does not listen. */
  readonly wsUrl: string
  readonly httpUrl: string
  connectTo(url: string): void
  /** Resolves while a reverse socket is open, or as soon as one is. */
  connected(): Promise<void>
  /** Breaks the open sockets; it dials again after `reconnectMs` unless told `forGood`. */
  disconnect(how?: { forGood: boolean }): void
  /** A member writes. Resolves to the message_id once it is handed to every open way. What nobody takes is lost, as with the real one. */
  sayInGroup(
    group: string,
    from: string,
    content: string | Segment[],
    options?: { atBot?: boolean; repliesTo?: string },
  ): string
  sayInPrivate(from: string, content: string | Segment[]): string
  /** The last event once more, with a later time. */
  repeat(): void
  /** Any event; account and time are filled in. */
  event(fields: Record<string, unknown>): void
  /** A frame as it stands. */
  frame(text: string | Buffer): void
  readonly inbox: readonly Said[]
  /** Resolves to the first that fits, there already or still to come; rejects after `timeoutMs`. */
  waitFor(predicate: (said: Said) => boolean, timeoutMs: number): Promise<Said>
  /** Every call with its parameters, in order. */
  readonly calls: readonly { action: string; params: Record<string, unknown> }[]
  /** What the answers to posted events were. */
  readonly posted: readonly number[]
  misbehave(rule: Misbehaviour): void
  behave(): void
  /** Takes the word from the account, another member or `all`, and tells it; 0 seconds give it back. */
  mute(group: string, seconds: number, person?: string): void
  setOnline(isOnline: boolean): void
  close(): Promise<void>
}
