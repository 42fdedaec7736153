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
  /** What the bot is there; as `members` says, else `member`. */
  botRole?: 'owner' | 'admin' | 'member'
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
  /** So many messages were said before: an implementation that starts again goes on with new message_ids; 0. */
  saidBefore?: number
  /** How messages are written in events. */
  format?: 'array' | 'string'
}

/** How a request was answered. */
export interface RequestAnswer {
  flag: string
  isApproved: boolean
  reason?: string
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

/** What a person or the bot said, as everybody in its chat sees it. */
export interface Word {
  messageId: string
  at: number
  chat: Said['chat']
  /** Undefined: the bot. */
  from: string | undefined
  segments: readonly Segment[]
  /** The bot's call that said it. */
  action?: string
}

/** The bot's name to its friends and groups. */
export const botName = '回头'

/** What QQ itself tells everybody in a group: who is muted, has come or gone. */
export interface Notice {
  at: number
  group: string
  text: string
}

/** An account, its groups and friends, and what was said to it and by it. */
export interface Account {
  readonly selfId: string
  readonly groups: readonly Group[]
  readonly friends: readonly { id: string; name: string }[]
  readonly isOnline: boolean
  nameOf(person: string, group?: string): string
  /** A message of either side. */
  known(messageId: string): { from: string | undefined; segments: readonly Segment[] } | undefined
  /** Pictures, voices and files of both sides, by the name that a segment's `file` gives. */
  readonly files: {
    add(name: string, bytes: Buffer): string
    find(id: string): { name: string; bytes: Buffer } | undefined
  }
  /** Hands on what anybody says from now on, until the result is called. */
  onWord(listener: (word: Word) => void): () => void
  onNotice(listener: (notice: Notice) => void): () => void
}

/**
 * How a call goes wrong. A number: refused with that code, nothing done. `timeout`: done, but NapCat's 1200 with a
 * time-out is answered, or Lagrange's 9000. `silent`:
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
  /** What its account knows. */
  readonly qq: Account
  /** Whether somebody takes events at the moment. */
  readonly isHeard: boolean
  /** Of its own server, for both the forward WebSocket and the HTTP API; empty when it does not listen. */
  readonly wsUrl: string
  readonly httpUrl: string
  connectTo(url: string): void
  /** Resolves while a reverse socket is open, or as soon as one is. */
  connected(): Promise<void>
  /** Breaks the open sockets; it dials again after `reconnectMs` unless told `forGood`. */
  disconnect(how?: { forGood: boolean }): void
  /**
   * A member writes; the message_id. What nobody takes is lost, as with the real one. Throws when the member is muted
   * or has left.
   */
  sayInGroup(
    group: string,
    from: string,
    content: string | Segment[],
    options?: { atBot?: boolean; repliesTo?: string },
  ): string
  /** Somebody asks to be a friend or, with a group, to join it (`invite`: has the bot join it). The request's flag. */
  ask(request: { person: string; comment: string; group?: string; kind?: 'add' | 'invite' }): string
  readonly answers: readonly RequestAnswer[]
  /** Whether the person may not speak there, muted or gone. */
  isMuted(group: string, person: string): boolean
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
