import { afterAll, beforeAll, expect, test } from 'vitest'
import { holdLeaseOf } from '../../src/store/held-lease.ts'
import { sharedCache } from '../../src/store/shared-cache.ts'
import type { Leases, Store } from '../../src/store/store.ts'
import { anEmbeddedStore } from '../fakes/embedded-store.ts'

let store: Store
beforeAll(async () => {
  store = await anEmbeddedStore()
})
afterAll(() => store.close())

const START = 1_800_000_000_000
const fail = (error: unknown) => expect.fail(String(error))
const aProcess = (now: () => number) => sharedCache(store.settings, store.leases, now)

test('two processes that want the same value fetch it once', async () => {
  const { promise: fetched, resolve: bring } = Promise.withResolvers<void>()
  let fetches = 0
  const fetch = async () => {
    fetches += 1
    await fetched
    return { value: `token ${fetches}`, ttlMs: 60_000 }
  }
  const both = [aProcess(() => START), aProcess(() => START)].map((cache) => cache.get('once', fetch))
  bring()
  expect(await Promise.all(both)).toEqual(['token 1', 'token 1'])
})

test('a process that dies while it fetches keeps the others from it for two seconds at most', async () => {
  // It took the lease, and nobody prolongs it.
  await store.leases.take('cache:left', 'the dead', START, 2_000)
  let now = START
  const cache = aProcess(() => {
    now += 100
    return now
  })
  const fetch = async () => ({ value: 'token', ttlMs: 60_000 })
  expect(await cache.get('left', fetch)).toBe('token')
  expect(now - START).toBeLessThan(5_000)
})

test('a held lease is prolonged until it is released', async () => {
  let now = START
  const { promise: prolonged, resolve: onProlonged } = Promise.withResolvers<void>()
  const seen: Leases = {
    ...store.leases,
    async take(name, holder, at, leaseMs) {
      const taken = await store.leases.take(name, holder, at, leaseMs)
      if (at > START) onProlonged()
      return taken
    },
  }
  const lease = await holdLeaseOf(seen, 'held', { leaseMs: 40, now: () => now, onError: fail })
  now = START + 30
  await prolonged
  expect(await store.leases.take('held', 'another', START + 60, 40)).toBe(false)
  await lease?.release()
  expect(await store.leases.take('held', 'another', START + 60, 40)).toBe(true)
})
