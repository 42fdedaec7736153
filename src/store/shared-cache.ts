import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { UnavailableError } from '../core/errors.ts'
import type { Leases, Settings } from './store.ts'

/** A fetch that takes longer is given up on by the others. */
const FETCH_MS = 15_000
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
    const holder = randomUUID()
    const giveUpAt = now() + FETCH_MS
    while (now() < giveUpAt) {
      const value = await kept(key, not)
      if (value !== undefined) return value
      if (await leases.take(key, holder, now(), FETCH_MS)) {
        try {
          // Between the look and the lease somebody else may have brought it.
          const meanwhile = await kept(key, not)
          if (meanwhile !== undefined) return meanwhile
          const fetched = await fetch()
          await settings.set(key, fetched.value, now() + fetched.ttlMs)
          return fetched.value
        } finally {
          await leases.release(key, holder)
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
