import type { Wait } from '../../core/wait.ts'

/**
 * Notices when a command can go no further before something ends that it waits for: one wait is open at least, and nothing else that it asked
 * for is under way. What it does outside `step` is not seen.
 */
export interface Suspension {
  /** Something it asked for is under way until this settles. */
  during<T>(work: Promise<T>): Promise<T>
  /** It waits for this; never settles, for the run goes on in another attempt. Called within `during`. */
  on(wait: Wait): Promise<never>
  /** Resolves when it can go no further. */
  readonly reached: Promise<Wait[]>
}

export function openSuspension(): Suspension {
  const { promise: reached, resolve } = Promise.withResolvers<Wait[]>()
  const waits: Wait[] = []
  let underWay = 0

  function less(): void {
    underWay -= 1
    if (underWay > 0 || waits.length === 0) return
    // What has just settled may be followed by more, in the same turn.
    setImmediate(() => {
      if (underWay === 0) resolve(waits)
    })
  }

  return {
    during(work) {
      underWay += 1
      return work.finally(less)
    },
    on(wait) {
      waits.push(wait)
      less()
      return new Promise(() => undefined)
    },
    reached,
  }
}
