/** Why an attempt was told to stop. */
export type StopCause = 'cancelled' | 'timeout' | 'shutdown'

/**
 * One signal for the three ways an attempt can be stopped, and which of them came first. Waiting for a slot is not the
 * command's time.
 */
export interface Deadline {
  readonly signal: AbortSignal
  readonly cause: StopCause | undefined
  /** The command begins: from now on its time runs. A second call changes nothing. */
  begin(): void
  /** Lets go of the timer and the listeners. */
  clear(): void
}

export function startDeadline(timeoutMs: number, cancelled: AbortSignal, shutdown: AbortSignal): Deadline {
  const controller = new AbortController()
  let cause: StopCause | undefined
  const stop = (why: StopCause): void => {
    cause ??= why
    controller.abort(new Error(why))
  }
  const onCancel = (): void => stop('cancelled')
  const onShutdown = (): void => stop('shutdown')
  let timer: NodeJS.Timeout | undefined
  cancelled.addEventListener('abort', onCancel, { once: true })
  shutdown.addEventListener('abort', onShutdown, { once: true })
  if (cancelled.aborted) onCancel()
  if (shutdown.aborted) onShutdown()
  return {
    begin() {
      timer ??= setTimeout(() => stop('timeout'), timeoutMs)
    },
    signal: controller.signal,
    get cause() {
      return cause
    },
    clear() {
      clearTimeout(timer)
      cancelled.removeEventListener('abort', onCancel)
      shutdown.removeEventListener('abort', onShutdown)
    },
  }
}
