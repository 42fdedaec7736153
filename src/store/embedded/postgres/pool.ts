import { AsyncLocalStorage } from 'node:async_hooks'
import { EventEmitter } from 'node:events'
import { StoreUnavailableError } from '../../../core/errors.ts'
import type { QueryResult } from './messages.ts'
import type { Postgres, Settled } from './postgres.ts'

/** What BullMQ's PostgreSQL backend needs of a `pg.Pool`. */
export interface PgLikePool extends EventEmitter {
  readonly options: { max: number; keepAlive: boolean }
  query(sql: string, values?: readonly unknown[]): Promise<QueryResult>
  connect(): Promise<PgLikeClient>
  end(): Promise<void>
}

/** What it needs of a `pg.PoolClient`. */
export interface PgLikeClient extends EventEmitter {
  query(sql: string, values?: readonly unknown[]): Promise<QueryResult>
  release(destroy?: boolean): void
}

/** One who has opened a transaction: until it is closed nobody else's statement is sent. */
interface Block {
  /** The session was lost under it: what follows must not run outside of the transaction it belongs to. */
  isLost: boolean
}

/**
 * A `pg.Pool` over the one session there is. Single statements follow one another; a transaction holds the session
 * until it is closed. Inside `transaction(work)` every query of the pool joins the transaction, whoever sends it.
 */
export class Pool extends EventEmitter implements PgLikePool {
  readonly options = { max: 1_000, keepAlive: true }
  readonly #postgres: Postgres
  readonly #clients = new Set<Client>()
  readonly #scope = new AsyncLocalStorage<Block>()
  #block: Block | undefined
  #turns: (() => void)[] = []

  constructor(postgres: Postgres) {
    super()
    this.setMaxListeners(0)
    this.#postgres = postgres
    postgres.on('notification', (channel, payload) => {
      for (const client of this.#clients)
        if (client.channels.has(channel)) client.emit('notification', { channel, payload })
    })
    postgres.on('lost', () => this.#loseBlock())
    postgres.on('restored', () => this.#loseClients())
  }

  async query(sql: string, values?: readonly unknown[]): Promise<QueryResult> {
    if (asksForClients(sql)) return this.#clientNames()
    const block = this.#scope.getStore()
    return resultOf(await this.send(sql, values, block))
  }

  async connect(): Promise<PgLikeClient> {
    const client = new Client(this, (gone) => this.#clients.delete(gone))
    this.#clients.add(client)
    return client
  }

  /** Runs `work` between BEGIN and COMMIT, or ROLLBACK when it throws. Await all queries inside. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    const block = await this.openBlock()
    try {
      resultOf(await this.send('BEGIN', undefined, block))
      const value = await this.#scope.run(block, work)
      resultOf(await this.send('COMMIT', undefined, block))
      return value
    } catch (error) {
      if (!block.isLost) await this.send('ROLLBACK', undefined, block)
      throw error
    } finally {
      this.closeBlock(block)
    }
  }

  /** Does nothing: the store closes its database itself. */
  async end(): Promise<void> {}

  /** Sends one statement in its turn, or at once for the holder of the block. */
  async send(sql: string, values: readonly unknown[] | undefined, block: Block | undefined): Promise<Settled> {
    // No function call between the last look and the sending: another turn could slip in.
    while (this.#block !== undefined && this.#block !== block) await this.#nextTurn()
    if (block?.isLost)
      return { inTransaction: false, error: new StoreUnavailableError('the transaction was lost with its session') }
    return this.#postgres.run(sql, values, this.#block !== undefined)
  }

  async openBlock(): Promise<Block> {
    while (this.#block !== undefined) await this.#nextTurn()
    const block = { isLost: false }
    this.#block = block
    return block
  }

  closeBlock(block: Block): void {
    if (this.#block !== block) return
    this.#block = undefined
    const turns = this.#turns
    this.#turns = []
    for (const turn of turns) turn()
  }

  #nextTurn(): Promise<void> {
    return new Promise((resolve) => this.#turns.push(resolve))
  }

  #loseBlock(): void {
    if (this.#block === undefined) return
    this.#block.isLost = true
    this.closeBlock(this.#block)
  }

  /** Clients that listened do so no more: BullMQ hears it as a broken connection, connects and listens again. */
  #loseClients(): void {
    for (const client of [...this.#clients]) {
      if (client.channels.size > 0 && client.listenerCount('error') > 0) {
        client.emit('error', new StoreUnavailableError('the embedded store was away and is back: listen again'))
      }
    }
  }

  #clientNames(): QueryResult {
    const rows = [...this.#clients]
      .filter((client) => client.name !== '')
      .map((client) => ({ application_name: client.name }))
    return { rows, rowCount: rows.length }
  }
}

class Client extends EventEmitter implements PgLikeClient {
  readonly channels = new Set<string>()
  name = ''
  readonly #pool: Pool
  readonly #onRelease: (client: Client) => void
  #block: Block | undefined

  constructor(pool: Pool, onRelease: (client: Client) => void) {
    super()
    this.setMaxListeners(0)
    this.#pool = pool
    this.#onRelease = onRelease
  }

  async query(sql: string, values?: readonly unknown[]): Promise<QueryResult> {
    const naming = namesItself(sql)
    if (naming) {
      this.name = String(values?.[0] ?? '')
      return { rows: [], rowCount: 1 }
    }
    const channel = listensTo(sql)
    if (channel !== undefined) this.channels.add(channel)
    if (this.#block === undefined && opensBlock(sql)) this.#block = await this.#pool.openBlock()
    const settled = await this.#pool.send(sql, values, this.#block)
    if (this.#block !== undefined && !settled.inTransaction && (!this.#block.isLost || closesBlock(sql)))
      this.#closeBlock(this.#block)
    return resultOf(settled)
  }

  release(): void {
    this.#onRelease(this)
    this.channels.clear()
    const block = this.#block
    if (block === undefined) return
    // In its turn before all that waits for the block.
    void this.#pool.send('ROLLBACK', undefined, block)
    this.#closeBlock(block)
  }

  #closeBlock(block: Block): void {
    this.#block = undefined
    this.#pool.closeBlock(block)
  }
}

function resultOf(settled: Settled): QueryResult {
  if ('error' in settled) throw settled.error
  return settled.result
}

// The statements of BullMQ's PostgreSQL backend that speak of connections, of which there are none here: see its
// listen_*.sql, get_client_list.sql and `setListenClientName`.
const listen = /^\s*(?:--.*\n\s*)*LISTEN\s+"?(\w+)"?/i
const listensTo = (sql: string): string | undefined => listen.exec(sql)?.[1]
const namesItself = (sql: string): boolean => sql.includes("set_config('application_name'")
const asksForClients = (sql: string): boolean =>
  sql.includes('FROM pg_stat_activity') && sql.includes("application_name <> ''")
const opensBlock = (sql: string): boolean => /^\s*(BEGIN|START\s+TRANSACTION)\b/i.test(sql)
const closesBlock = (sql: string): boolean => /^\s*(COMMIT|END|ROLLBACK|ABORT)\b/i.test(sql)
