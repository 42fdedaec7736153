/** Has works of one key take turns, in the order they came; different keys run side by side. */
export interface Turns {
  /** Resolves or rejects as the work does. */
  take<Result>(key: string, work: () => Promise<Result>): Promise<Result>
}

export function openTurns(): Turns {
  /** The last of each key's works: whoever comes next waits for it. */
  const last = new Map<string, Promise<unknown>>()
  return {
    async take(key, work) {
      const before = last.get(key)
      const mine = before === undefined ? work() : before.then(work, work)
      last.set(key, mine)
      try {
        return await mine
      } finally {
        if (last.get(key) === mine) last.delete(key)
      }
    },
  }
}
