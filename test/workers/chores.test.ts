import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { StoreUnavailableError } from '../../src/core/errors.ts'
import { type Chore, forEach, startChores } from '../../workers/chores.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const tickMs = 1_000
let lines: string[]
let counted: Map<string, number>
/** The store's leases and counters, which may be away. */
let isAway: boolean
let lease: { holder: string; until: number } | undefined
beforeEach(() => {
  lines = []
  counted = new Map()
  isAway = false
  lease = undefined
})

function answering<Result>(work: () => Result): Promise<Result> {
  return isAway ? Promise.reject(new StoreUnavailableError(`timeout ${performance.now()}`)) : Promise.resolve(work())
}
const store = {
  leases: {
    take: (_name: string, holder: string, now: number, leaseMs: number) =>
      answering(() => {
        if (lease !== undefined && lease.holder !== holder && lease.until > now) return false
        lease = { holder, until: now + leaseMs }
        return true
      }),
    release: async (_name: string, holder: string) => {
      if (lease?.holder === holder) lease = undefined
    },
  },
  counters: {
    addAll: (_book: string, adds: readonly { name: string; by: number }[]) =>
      answering(() => adds.map(({ name, by }) => counted.set(name, (counted.get(name) ?? 0) + by).get(name) ?? 0)),
    add: () => expect.fail('not asked'),
    get: () => expect.fail('not asked'),
    read: () => expect.fail('not asked'),
  },
}

function start(chores: readonly Chore[], holder = 'p1') {
  const tell = (level: string) => (fields: object, message: string) =>
    void lines.push(
      `${level} ${'chore' in fields ? fields.chore : 'chores' in fields ? fields.chores : ''}: ${message}`,
    )
  const log = { debug() {}, info: tell('info'), warn: tell('warn'), error: tell('error') }
  return startChores(chores, { store, holder, tickMs, now: Date.now, log })
}

const chore = (name: string, everyMs: number, work: Chore['work'], by: Chore['by'] = 'one'): Chore => ({
  name,
  everyMs,
  by,
  work,
})

test('each chore is done at its own interval, whatever becomes of the others', async () => {
  const done = { quick: 0, slow: 0 }
  const stuck = Promise.withResolvers<void>()
  const stop = start([
    chore('broken', tickMs, async () => expect.fail('broken')),
    chore('throws at once', tickMs, () => expect.fail('no promise')),
    chore('stuck', tickMs, () => stuck.promise),
    chore('quick', tickMs, async () => void done.quick++),
    chore('slow', 5 * tickMs, async () => void done.slow++),
  ])
  await vi.advanceTimersByTimeAsync(20 * tickMs)
  expect(done).toEqual({ quick: 20, slow: 4 })
  expect(counted.get('broken')).toBe(20)
  stuck.resolve()
  await stop()
})

test('a failure is told once for each chore and each reason, and once when it is over; each is counted', async () => {
  let why: string | undefined = 'disk full'
  const stop = start([
    chore('a', tickMs, async () => {
      if (why !== undefined) throw new Error(why)
    }),
    chore('b', tickMs, async () => expect.fail('always')),
  ])
  await vi.advanceTimersByTimeAsync(3 * tickMs)
  why = 'no such folder'
  await vi.advanceTimersByTimeAsync(3 * tickMs)
  why = undefined
  await vi.advanceTimersByTimeAsync(3 * tickMs)
  expect(lines).toEqual([
    'warn a: a chore failed; it is tried again and again',
    'warn b: a chore failed; it is tried again and again',
    'warn a: a chore failed; it is tried again and again',
    'info a: a chore that failed is done again',
  ])
  expect(Object.fromEntries(counted)).toEqual({ a: 6, b: 9 })
  await stop()
})

test('while the store is away it is told once, and its failures are counted when it is back', async () => {
  const looked: number[] = []
  const stop = start([
    chore('stored', tickMs, () => answering(() => undefined)),
    chore('own', tickMs, async () => void looked.push(1), 'each'),
  ])
  await vi.advanceTimersByTimeAsync(2 * tickMs)
  isAway = true
  await vi.advanceTimersByTimeAsync(5 * tickMs)
  expect(lines).toEqual(['warn lease: a chore failed; it is tried again and again'])
  // What a process does for itself needs no lease.
  expect(looked).toHaveLength(7)
  expect(counted.size).toBe(0)
  isAway = false
  await vi.advanceTimersByTimeAsync(2 * tickMs)
  expect(lines.slice(1)).toEqual(['info lease: a chore that failed is done again'])
  expect(counted.get('lease')).toBe(5)
  await stop()
})

test('one process does the chores of all; whoever takes over does all of them at once', async () => {
  const done: string[] = []
  const choresOf = (holder: string) => [
    chore('all', 60 * tickMs, async () => void done.push(`${holder} all`)),
    chore('own', 60 * tickMs, async () => void done.push(`${holder} own`), 'each'),
  ]
  const stop = start(choresOf('p1'), 'p1')
  const stopOther = start(choresOf('p2'), 'p2')
  await vi.advanceTimersByTimeAsync(10 * tickMs)
  expect(done.toSorted()).toEqual(['p1 all', 'p1 own', 'p2 own'])
  await stop()
  await vi.advanceTimersByTimeAsync(tickMs)
  expect(done.at(-1)).toBe('p2 all')
  await stopOther()
})

test('a stop waits for what is under way, and nothing begins after it', async () => {
  const work = Promise.withResolvers<void>()
  let begun = 0
  const stop = start([
    chore('long', tickMs, () => {
      begun++
      return work.promise
    }),
  ])
  await vi.advanceTimersByTimeAsync(tickMs)
  let isStopped = false
  const stopping = stop().then(() => {
    isStopped = true
  })
  await vi.advanceTimersByTimeAsync(4 * tickMs)
  expect(isStopped).toBe(false)
  work.resolve()
  await stopping
  await vi.advanceTimersByTimeAsync(5 * tickMs)
  expect(begun).toBe(1)
})

test('a chore that hangs holds up neither the others nor a stop, which names it', async () => {
  let done = 0
  const hangs = chore('hangs', tickMs, () => new Promise(() => undefined))
  const stop = start([hangs, chore('other', tickMs, async () => void done++)])
  await vi.advanceTimersByTimeAsync(3 * tickMs)
  expect(done).toBe(3)
  const stopped = stop()
  await vi.advanceTimersByTimeAsync(5_000)
  await stopped
  expect(lines).toEqual(['warn hangs: chores did not end when the process stopped, and are left'])
  expect(lease).toBe(undefined)
})

test('of many things one that fails holds up no other, and is told', async () => {
  const done: number[] = []
  const all = forEach([1, 2, 3], async (item) => {
    if (item === 1) throw new Error('the first')
    done.push(item)
  })
  await expect(all).rejects.toThrow('the first')
  expect(done).toEqual([2, 3])
})
