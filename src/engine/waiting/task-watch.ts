/** Looks at tasks whenever they change. */
export interface TaskWatch {
  /** These have changed, as this process or another says. */
  heard(taskIds: readonly string[]): void
  /**
   * Looks now, with each change of the task, and every so often besides, since a change may go unheard; resolves to the
   * first thing that is found. Rejects as `look` does, and with the signal's reason.
   */
  until<T>(taskId: string, look: () => Promise<T | undefined>, everyMs: number, signal: AbortSignal): Promise<T>
}

export function openTaskWatch(): TaskWatch {
  const wakers = new Map<string, Set<() => void>>()
  return {
    heard(taskIds) {
      for (const id of taskIds) for (const wake of wakers.get(id) ?? []) wake()
    },
    async until(taskId, look, everyMs, signal) {
      let change = Promise.withResolvers<void>()
      const wake = (): void => change.resolve()
      const giveUp = (): void => change.reject(signal.reason)
      const here = wakers.get(taskId) ?? new Set()
      wakers.set(taskId, here.add(wake))
      const timer = setInterval(wake, everyMs)
      signal.addEventListener('abort', giveUp)
      try {
        for (;;) {
          signal.throwIfAborted()
          change = Promise.withResolvers()
          // A change while it looks is not missed; an abort is thrown below.
          change.promise.catch(() => undefined)
          const found = await look()
          if (found !== undefined) return found
          await change.promise
        }
      } finally {
        clearInterval(timer)
        signal.removeEventListener('abort', giveUp)
        here.delete(wake)
        if (here.size === 0 && wakers.get(taskId) === here) wakers.delete(taskId)
      }
    },
  }
}
