import { CHORE_BOOK } from '../src/core/chore-book.ts'
import { StoreUnavailableError } from '../src/core/errors.ts'
import type { Log } from '../src/core/log.ts'
import { settledWithin } from '../src/core/settled-within.ts'
import { whyOf } from '../src/core/text/why.ts'
import type { Store } from '../src/store/store.ts'

/**
 * Something that is done again and again, by itself: what goes wrong with it is in no other one's way. Doing it once
 * too often is harmless.
 */
export interface Chore {
  name: string
  everyMs: number
  /** By one process of the installation, or by each of them. */
  by: 'one' | 'each'
  work(): Promise<void>
}

export interface ChorePorts {
  store: Pick<Store, 'leases' | 'counters'>
  /** This process. */
  holder: string
  /**
   * How often it is looked what is due. Whoever does the chores of all goes on doing so for three looks without a word.
   */
  tickMs: number
  now(): number
  log: Log
}

/** A stop waits so long for what is under way: dying in the middle of it is harmless, too. */
const STOP_MS = 5_000
/** The process that does the chores of all holds this lease. */
const LEASE = 'sweeper'
const LEASE_TICKS = 3

/**
 * Does the chores, each at its own interval and none twice at once; whoever takes them over from another process does
 * all of them at once. A failure is told once for each chore and each reason, with a line when it is over, and counted.
 * Returns how to stop, which waits a while for what is under way and names what it leaves.
 */
export function startChores(chores: readonly Chore[], ports: ChorePorts): () => Promise<void> {
  const { store, holder, tickMs, now, log } = ports
  const reports = openReports(ports)
  const underWay = new Map<string, Promise<void>>()
  const dueAt = new Map<string, number>()
  let isOurs = false
  let looking: Promise<void> | undefined

  /** Whether the chores of all are ours; while nobody can tell, they are nobody's. */
  async function takeLease(): Promise<void> {
    const wasOurs = isOurs
    isOurs = await reports.watch('lease', () => store.leases.take(LEASE, holder, now(), LEASE_TICKS * tickMs), false)
    if (isOurs && !wasOurs) for (const { name, by } of chores) if (by === 'one') dueAt.delete(name)
  }

  async function look(): Promise<void> {
    await takeLease()
    for (const { name, by, everyMs, work } of chores) {
      const isDue = performance.now() >= (dueAt.get(name) ?? 0)
      if (!isDue || underWay.has(name) || (by === 'one' && !isOurs)) continue
      // A tick comes a little early now and then.
      dueAt.set(name, performance.now() + everyMs - tickMs / 2)
      const done = reports.watch(name, work, undefined).finally(() => underWay.delete(name))
      underWay.set(name, done)
    }
  }

  const timer = setInterval(() => {
    looking ??= look().finally(() => {
      looking = undefined
    })
  }, tickMs)

  return async () => {
    clearInterval(timer)
    const isDone = await settledWithin(
      (async () => {
        await looking
        await Promise.all(underWay.values())
      })(),
      STOP_MS,
    )
    if (!isDone) log.warn({ chores: [...underWay.keys()] }, 'chores did not end when the process stopped, and are left')
    // One that cannot be given back runs out.
    if (isOurs) await store.leases.release(LEASE, holder).catch(() => undefined)
  }
}

interface Reports {
  /** Does it; what goes wrong is told and counted, and `otherwise` given back. Never rejects. */
  watch<Result>(name: string, work: () => Promise<Result>, otherwise: Result): Promise<Result>
}

function openReports({ store, now, log }: ChorePorts): Reports {
  /** Why each that fails does so, and how often in a row. */
  const failing = new Map<string, { why: string; times: number }>()
  /** Failures that the store does not know of yet: mostly it is what was away. */
  const uncounted = new Map<string, number>()

  function noteFailure(chore: string, error: unknown): void {
    // Why exactly a store cannot be reached differs each time.
    const why = error instanceof StoreUnavailableError ? 'the store is away' : whyOf(error)
    const before = failing.get(chore)
    failing.set(chore, { why, times: (before?.times ?? 0) + 1 })
    uncounted.set(chore, (uncounted.get(chore) ?? 0) + 1)
    if (before?.why !== why) log.warn({ chore, error: whyOf(error) }, 'a chore failed; it is tried again and again')
  }

  function noteSuccess(chore: string): void {
    const before = failing.get(chore)
    if (before === undefined) return
    failing.delete(chore)
    log.info({ chore, failures: before.times }, 'a chore that failed is done again')
  }

  async function count(chore: string): Promise<void> {
    const by = uncounted.get(chore) ?? 0
    if (by === 0) return
    uncounted.delete(chore)
    await store.counters
      .addAll(CHORE_BOOK, [{ name: chore, by }], now(), Number.MAX_SAFE_INTEGER)
      .catch(() => uncounted.set(chore, by + (uncounted.get(chore) ?? 0)))
  }

  return {
    async watch(name, work, otherwise) {
      try {
        const result = await work()
        noteSuccess(name)
        return result
      } catch (error) {
        noteFailure(name, error)
        return otherwise
      } finally {
        await count(name)
      }
    },
  }
}

/**
 * Does it for all of them, side by side, so that one that fails holds up no other; then throws what the first one did.
 */
export async function forEach<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
  const done = await Promise.allSettled(items.map(work))
  const failed = done.find((one) => one.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
