import type { Store } from '../../../store/store.ts'
import { ApiFault } from '../fault.ts'

const windowMs = 5 * 60_000
const triesOfAddress = 5
const triesOfAll = 50

/**
 * Wrong passwords are limited, per address and in all. Counted before the password is looked at, so that many at once
 * gain nothing.
 */
export interface LoginLimit {
  /** Throws a 429 when there were too many. */
  count(address: string, now: number): Promise<void>
  /** It was the right password: this try does not count. */
  forgive(address: string, now: number): Promise<void>
}

export function loginLimit(counters: Store['counters']): LoginLimit {
  const ofAll = (by: number, now: number): Promise<number> => counters.add(`login:${windowOf(now)}`, by, now, windowMs)
  const ofAddress = (address: string, by: number, now: number): Promise<number> =>
    counters.add(`login:${windowOf(now)}:from:${address}`, by, now, windowMs)

  return {
    async count(address, now) {
      // In this order: one address cannot use up the tries of all.
      if ((await ofAddress(address, 1, now)) > triesOfAddress) throw tooMany(now)
      if ((await ofAll(1, now)) > triesOfAll) throw tooMany(now)
    },
    async forgive(address, now) {
      await Promise.all([ofAddress(address, -1, now), ofAll(-1, now)])
    },
  }
}

function windowOf(now: number): number {
  return Math.floor(now / windowMs)
}

function tooMany(now: number): ApiFault {
  const seconds = Math.ceil((windowMs - (now % windowMs)) / 1000)
  const message = `too many tries; the next is possible in ${seconds} s`
  return new ApiFault(429, 'too_many_tries', message, { 'retry-after': String(seconds) })
}
