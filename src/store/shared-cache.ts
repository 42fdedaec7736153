import { setTimeout as pause } from 'node:timers/promises'
import { UnavailableError } from '../core/errors.ts'
import { holdLeaseOf } from './held-lease.ts'
import type { Leases, Settings } from './store.ts'

/** A fetch that takes longer is given up on by the others. */
const FETCH_MS = 15_000
/** A process that dies while it fetches keeps the others from it for so long. */
const LEASE_MS = 2_000
const LOOK_EVERY_MS = 50

/** A value fetched once for all processes, kept in the store until it expires. */
export function sharedCache(settings: Settings, leases: Leases, now: () => number) {
  const fetching = new Map<string, Promise<string>>()

  async function kept(key: string, not: string | undefined): Promise<string | undefined> {
    const value = await settings.get(key, now())
    return value === not ? undefined : value
  }

  async function fetchOnce(
    key: string,
    fetch: () => Promise<{ value: string; ttlMs: number }>,
    not: string | undefined,
  ): Promise<string> {
    const giveUpAt = now() + FETCH_MS
    while (now() < giveUpAt) {
      const value = await kept(key, not)
      if (value !== undefined) return value
      // A lease lost on the way costs a second fetch, which does no harm.
      const lease = await holdLeaseOf(leases, key, { leaseMs: LEASE_MS, now, onError: () => undefined })
      if (lease !== undefined) {
        try {
          // Between the look and the lease somebody else may have brought it.
          const meanwhile = await kept(key, not)
          if (meanwhile !== undefined) return meanwhile
          const fetched = await fetch()
          await settings.set(key, fetched.value, now() + fetched.ttlMs)
          return fetched.value
        } finally {
          await lease.release()
        }
      }
      await pause(LOOK_EVERY_MS)
    }
    throw new UnavailableError(`another process has been fetching ${key.split(':')[0]} for too long`)
  }

  return {
    /** See `SharedCache` in the channel contract. */
    get(key: string, fetch: () => Promise<{ value: string; ttlMs: number }>, not?: string): Promise<string> {
      const name = `cache:${key}`
      const underWay = fetching.get(name)
      if (underWay !== undefined) return underWay
      const work = fetchOnce(name, fetch, not).finally(() => fetching.delete(name))
      fetching.set(name, work)
      return work
    },
  }
}
