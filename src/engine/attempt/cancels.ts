/** The attempts that run in this process, so that a cancel heard from any process reaches them. */
export interface Cancels {
  /** The signal of a running attempt; call `done` when it has ended. */
  watch(taskId: string): { signal: AbortSignal; done(): void }
  /** Aborts the attempt, if it runs here. */
  cancel(taskId: string): void
}

export function openCancels(): Cancels {
  const running = new Map<string, AbortController>()
  return {
    watch(taskId) {
      const controller = new AbortController()
      running.set(taskId, controller)
      return {
        signal: controller.signal,
        done() {
          if (running.get(taskId) === controller) running.delete(taskId)
        },
      }
    },
    cancel(taskId) {
      running.get(taskId)?.abort(new Error('cancelled'))
    },
  }
}
