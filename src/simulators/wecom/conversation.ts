/** One thing a member saw, in the order in which they saw it. */
export interface InboxEntry {
  seq: number
  /** The userid as it was addressed. */
  to: string
  msgtype: string
  /** The body under its msgtype, as sent; a passive reply in the same shape. */
  content: Readonly<Record<string, unknown>>
  /** The words in it: what a text or markdown says, a card's or article's title, a file's name. */
  text: string
  /** Epoch ms. */
  at: number
  via: 'active' | 'passive'
  /** The platform's id of an active message, needed for recall; the callback's MsgId for a passive reply. */
  msgid: string
  /** The platform cut something off because it was too long. */
  truncated?: boolean
  /** Fields of a card that its type does not have: accepted, never shown. */
  notShown?: string[]
  /** For an updated card: the msgid of the card it replaces. */
  replaces?: string
  recalledAt?: number
}

/** A line of the conversation as a console shows it: what a person sent, or what the bot showed. */
export interface Line {
  seq: number
  at: number
  kind: 'person' | 'bot'
  member: string
  text: string
  msgtype: string
  via: 'callback' | 'active' | 'passive'
  msgid: string
  content: Readonly<Record<string, unknown>>
  /** What whoever had it said calls it. */
  sayingId?: string
}

/** Older lines are forgotten; the inbox is kept whole. */
const LINES_KEPT = 5000

type Listener = (line: Line, entry: InboxEntry | undefined) => void

/** All that members and the app said to each other, in one numbering. */
export class Conversation {
  readonly inbox: InboxEntry[] = []
  private readonly lines: Line[] = []
  private readonly listeners = new Set<Listener>()
  private readonly waiting = new Set<(why: Error) => void>()
  private lastSeq = 0

  said(line: Omit<Line, 'seq' | 'kind' | 'via'>): void {
    this.keep({ seq: ++this.lastSeq, kind: 'person', via: 'callback', ...line }, undefined)
  }

  shown(seen: Omit<InboxEntry, 'seq'>): void {
    const entry: InboxEntry = { seq: ++this.lastSeq, ...seen }
    this.inbox.push(entry)
    const { seq, at, to, text, msgtype, via, msgid, content } = entry
    this.keep({ seq, at, kind: 'bot', member: to, text, msgtype, via, msgid, content }, entry)
  }

  inboxOf(userid: string): InboxEntry[] {
    const wanted = userid.toLowerCase()
    return this.inbox.filter((entry) => entry.to.toLowerCase() === wanted)
  }

  /** Hands on every entry from now on, until the returned function is called. */
  onEntry(listener: (entry: InboxEntry) => void): () => void {
    return this.listen((_line, entry) => {
      if (entry) listener(entry)
    })
  }

  /**
   * The first entry that fits, already there or still to come; rejects after `timeoutMs` and when the simulator closes.
   */
  waitFor(predicate: (entry: InboxEntry) => boolean, timeoutMs: number): Promise<InboxEntry> {
    const found = this.inbox.find(predicate)
    if (found) return Promise.resolve(found)
    return this.next((_line, entry) => (entry && predicate(entry) ? entry : undefined), timeoutMs)
  }

  /** The lines after `seq`; when there are none, those that come within `waitMs`. */
  async linesAfter(seq: number, waitMs: number): Promise<Line[]> {
    if (waitMs > 0 && seq >= this.lastSeq) await this.next(() => true, waitMs).catch(() => undefined)
    return this.lines.filter((line) => line.seq > seq)
  }

  /** Whatever still waits is told so. */
  close(): void {
    for (const fail of [...this.waiting]) fail(new Error('the simulator was closed'))
  }

  private keep(line: Line, entry: InboxEntry | undefined): void {
    this.lines.push(line)
    if (this.lines.length > 2 * LINES_KEPT) this.lines.splice(0, LINES_KEPT)
    for (const listener of [...this.listeners]) listener(line, entry)
  }

  private listen(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  private next<T>(fits: (line: Line, entry: InboxEntry | undefined) => T | undefined, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        stopListening()
        clearTimeout(timer)
        this.waiting.delete(fail)
      }
      const fail = (why: Error): void => {
        settle()
        reject(why)
      }
      const stopListening = this.listen((line, entry) => {
        const found = fits(line, entry)
        if (found === undefined) return
        settle()
        resolve(found)
      })
      const timer = setTimeout(() => fail(new Error(`no member saw it within ${timeoutMs} ms`)), timeoutMs)
      this.waiting.add(fail)
    })
  }
}
