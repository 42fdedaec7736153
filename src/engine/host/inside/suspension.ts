import type { Wait } from '../../../core/task/wait.ts'

/**
 * Notices when a command can go no further before something ends that it waits for: one wait is open at least, and
 * nothing else that it asked for is under way. What it does outside `step` is not seen.
 */
export interface Suspension {
  /** Something it asked for is under way until this settles. */
  during<T>(work: Promise<T>): Promise<T>
  /** It waits for this; never settles, for the run goes on in another attempt. Called within `during`. */
  on(wait: Wait): Promise<never>
  /** The process stops: what is left is for another attempt. Never settles either; called within `during`. */
  park(): Promise<never>
  /** Resolves when it can go no further. */
  readonly reached: Promise<Wait[] | 'parked'>
}

export function openSuspension(): Suspension {
  const { promise: reached, resolve } = Promise.withResolvers<Wait[] | 'parked'>()
  const waits: Wait[] = []
  let isParked = false
  let underWay = 0

  function less(): void {
    underWay -= 1
    if (underWay > 0 || (waits.length === 0 && !isParked)) return
    // What has just settled may be followed by more, in the same turn.
    setImmediate(() => {
      if (underWay === 0) resolve(isParked ? 'parked' : waits)
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
    park() {
      isParked = true
      less()
      return new Promise(() => undefined)
    },
    reached,
  }
}
