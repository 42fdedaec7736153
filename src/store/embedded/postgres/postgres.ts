import { EventEmitter } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { StoreUnavailableError } from '../../../core/errors.ts'
import { errorOf } from './faults.ts'
import type { FromThread, QueryResult, Statement, ThreadStart, ToThread } from './messages.ts'

/** The first wait before the database is opened again; it doubles up to the last. */
const REOPEN_FIRST_MS = 100
const REOPEN_LAST_MS = 5_000
/** A thread that answers nothing for so long is taken for stuck: what waits for it fails. */
const STUCK_MS = 5_000
/** After so long it is ended and the database opened anew. */
const HOPELESS_MS = 30_000
/** A refusal takes its time: BullMQ's workers ask again at once, and would leave no turn to anybody else. */
const REFUSE_AFTER_MS = 50

export type Settled = { inTransaction: boolean } & ({ result: QueryResult } | { error: Error })

interface Events {
  notification: [channel: string, payload: string]
  /** The session is gone, and with it whatever transaction was open; statements fail until `restored`. */
  lost: [StoreUnavailableError]
  restored: []
}

/**
 * PostgreSQL in a thread of its own: takes statements in order and settles each. When the thread dies (disk full, a
 * crash), all that waits settles with StoreUnavailableError and the database is opened again, however long that takes;
 * its log brings back whatever was answered.
 */
export class Postgres extends EventEmitter<Events> {
  readonly #start: ThreadStart
  #thread: Worker | undefined
  /** Why no statement is taken; undefined: all is well. */
  #away: string | undefined = 'it is not open'
  #isClosing = false
  #isWatched = false
  #reopenTimer: NodeJS.Timeout | undefined
  #reopening: Promise<void> | undefined
  #watch: NodeJS.Timeout | undefined
  #heardAt = 0
  #n = 0
  readonly #waiting = new Map<number, (settled: Settled) => void>()
  #outgoing: Statement[] = []

  constructor(start: ThreadStart) {
    super()
    this.#start = start
  }

  /** Statements taken so far. */
  get taken(): number {
    return this.#n
  }

  /** Rejects, with the reason in plain words, when the database cannot be opened. */
  async open(): Promise<void> {
    const thread = new Worker(new URL('./thread.ts', import.meta.url), {
      workerData: this.#start,
      name: 'postgres',
      execArgv: [],
    })
    await new Promise<void>((resolve, reject) => {
      let lastWords = 'its thread ended'
      thread.on('message', (message: FromThread) => {
        if (message.kind === 'ready') resolve()
        else if (message.kind === 'failed') lastWords = message.why
        else this.#hear(message)
      })
      thread.on('error', (error: Error) => {
        lastWords = error.message
      })
      thread.on('exit', () => {
        if (this.#thread === thread) this.#lose(lastWords)
        else reject(new StoreUnavailableError(`the database does not open: ${lastWords}`))
      })
    })
    this.#thread = thread
    if (!this.#isClosing) this.#away = undefined
  }

  /** From now on a thread that answers nothing is taken for stuck. What is done at the start may take its time. */
  watch(): void {
    this.#isWatched = true
  }

  /** Never rejects. */
  run(sql: string, values: readonly unknown[] | undefined, inBlock: boolean): Promise<Settled> {
    if (this.#away !== undefined) return refused(this.#away)
    return new Promise((resolve) => {
      if (this.#waiting.size === 0) this.#startWatch()
      const n = ++this.#n
      this.#waiting.set(n, resolve)
      // What is asked for in one turn travels in one message.
      if (this.#outgoing.length === 0) queueMicrotask(() => this.#post())
      this.#outgoing.push({ n, sql, values, inBlock })
    })
  }

  /** Resolves when all that was taken before is settled and the files are closed; later statements fail. */
  async close(): Promise<void> {
    this.#isClosing = true
    clearTimeout(this.#reopenTimer)
    this.#post()
    this.#away = 'it is closed'
    await this.#reopening
    const thread = this.#thread
    if (thread === undefined) return
    const ended = new Promise((resolve) => thread.once('exit', resolve))
    thread.postMessage({ kind: 'close' } satisfies ToThread)
    const lastResort = setTimeout(() => void thread.terminate(), HOPELESS_MS)
    await ended
    clearTimeout(lastResort)
  }

  #post(): void {
    if (this.#outgoing.length === 0) return
    this.#thread?.postMessage({ kind: 'run', statements: this.#outgoing } satisfies ToThread)
    this.#outgoing = []
  }

  #hear(message: FromThread): void {
    if (message.kind === 'notification') this.emit('notification', message.channel, message.payload)
    if (message.kind !== 'answers') return
    this.#heardAt = performance.now()
    for (const answer of message.answers) {
      const settle = this.#waiting.get(answer.n)
      this.#waiting.delete(answer.n)
      const { inTransaction } = answer
      if ('result' in answer) settle?.({ inTransaction, result: answer.result })
      else settle?.({ inTransaction, error: errorOf(answer.fault) })
    }
    if (this.#waiting.size === 0) clearInterval(this.#watch)
    if (this.#away !== undefined && !this.#isClosing) {
      this.#away = undefined
      this.emit('restored')
    }
  }

  #startWatch(): void {
    this.#heardAt = performance.now()
    // Judged after the messages that have arrived are read: it may be this thread that was busy.
    this.#watch = setInterval(() => setImmediate(() => this.#judge()), STUCK_MS / 4)
  }

  #judge(): void {
    const quietMs = performance.now() - this.#heardAt
    if (!this.#isWatched || this.#waiting.size === 0 || quietMs < STUCK_MS) return
    if (quietMs > HOPELESS_MS) void this.#thread?.terminate()
    if (this.#away !== undefined) return
    // Settled for their callers, they may still be carried out; the last word makes sure that no transaction stays open
    // behind them.
    const last = ++this.#n
    this.#outgoing.push({ n: last, sql: 'ROLLBACK', values: undefined, inBlock: true })
    this.#post()
    this.#fail('it does not answer')
    this.#waiting.set(last, () => undefined)
  }

  #lose(why: string): void {
    this.#thread = undefined
    clearInterval(this.#watch)
    this.#outgoing = []
    this.#fail(this.#isClosing ? 'it is closed' : why)
    if (!this.#isClosing && this.#start.folder !== undefined) this.#reopen(REOPEN_FIRST_MS)
  }

  #fail(why: string): void {
    this.#away = why
    const error = unavailable(why)
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const settle of waiting) settle({ inTransaction: false, error })
    if (!this.#isClosing) this.emit('lost', error)
  }

  #reopen(waitMs: number): void {
    this.#reopenTimer = setTimeout(() => {
      this.#reopening = this.open().then(
        () => void this.emit('restored'),
        (error: Error) => {
          if (this.#isClosing) return
          this.#away = error.message
          this.#reopen(Math.min(waitMs * 2, REOPEN_LAST_MS))
        },
      )
    }, waitMs)
  }
}

async function refused(why: string): Promise<Settled> {
  await pause(REFUSE_AFTER_MS)
  return { inTransaction: false, error: unavailable(why) }
}

function unavailable(why: string): StoreUnavailableError {
  return new StoreUnavailableError(`the embedded store is away: ${why}`)
}
