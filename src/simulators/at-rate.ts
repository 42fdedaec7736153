const TICK_MS = 20

/** Work done again and again, so often a second. */
export interface Rate {
  readonly done: number
  readonly of: number
  stop(): void
}

/** Calls `work` with 1, 2, 3… `perSecond` times a second, `count` times in all; late ones are made up for. */
export function atRate({ perSecond, count }: { perSecond: number; count: number }, work: (n: number) => void): Rate {
  const startedAt = performance.now()
  let done = 0
  const timer = setInterval(() => {
    const due = Math.min(count, Math.floor(((performance.now() - startedAt) * perSecond) / 1_000) + 1)
    while (done < due) work(++done)
    if (done >= count) clearInterval(timer)
  }, TICK_MS)
  return {
    get done() {
      return done
    },
    of: count,
    stop: () => clearInterval(timer),
  }
}
