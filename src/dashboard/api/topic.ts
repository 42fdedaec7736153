import type { Signals } from '../../store/store.ts'
import type { ApiPorts } from './ports.ts'

const retryMs = 2000

/**
 * One subscription for many listeners, held while there are any. Signals are hints: while the store is away none come.
 */
export interface Topic {
  /** Call the result to leave. */
  join(listener: (payload: unknown) => void): () => void
}

export function topicOf(signals: Signals, name: string, log: ApiPorts['log']): Topic {
  const listeners = new Set<(payload: unknown) => void>()
  let leave: (() => void) | undefined

  const hear = (payload: unknown): void => {
    for (const listener of listeners) listener(payload)
  }
  return {
    join(listener) {
      listeners.add(listener)
      leave ??= hold(signals, name, hear, log)
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        leave?.()
        leave = undefined
      }
    },
  }
}

/**
 * One subscription, tried again until it stands or is left. Its retries and its end are its own, so that one that was
 * left never comes back beside the next: left while it is being made, it is given back as soon as it stands, and hears
 * nothing in between.
 */
function hold(signals: Signals, topic: string, hear: (payload: unknown) => void, log: ApiPorts['log']): () => void {
  let isLeft = false
  let timer: NodeJS.Timeout | undefined
  let stop: (() => Promise<void>) | undefined

  const giveBack = (): void => {
    stop?.().catch((error: unknown) => log.warn({ topic, err: error }, 'signals could not be left'))
  }
  const tryOnce = (): void => {
    const heard = (payload: unknown): void => {
      if (!isLeft) hear(payload)
    }
    signals.subscribe(topic, heard).then(
      (made) => {
        stop = made
        if (isLeft) giveBack()
      },
      (error: unknown) => {
        if (isLeft) return
        log.warn({ topic, err: error }, 'no signals, trying again')
        timer = setTimeout(tryOnce, retryMs).unref()
      },
    )
  }
  tryOnce()
  return () => {
    isLeft = true
    clearTimeout(timer)
    giveBack()
  }
}
