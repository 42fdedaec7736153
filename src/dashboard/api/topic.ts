import type { Store } from '../../store/store.ts'
import type { ApiPorts } from './ports.ts'

const retryMs = 2000

/** One subscription for many listeners, held while there are any. Signals are hints: while the store is away none come. */
export interface Topic {
  /** Call the result to leave. */
  join(listener: (payload: unknown) => void): () => void
}

export function topicOf(signals: Store['signals'], name: string, log: ApiPorts['log']): Topic {
  const listeners = new Set<(payload: unknown) => void>()
  let subscription: Promise<(() => Promise<void>) | undefined> | undefined

  const hear = (payload: unknown): void => {
    for (const listener of listeners) listener(payload)
  }
  function subscribe(): void {
    subscription ??= signals.subscribe(name, hear).catch((error: unknown) => {
      log.warn({ topic: name, err: error }, 'no signals, trying again')
      setTimeout(() => {
        subscription = undefined
        if (listeners.size > 0) subscribe()
      }, retryMs).unref()
      return undefined
    })
  }
  async function unsubscribe(old: typeof subscription): Promise<void> {
    const stop = await old
    await stop?.().catch((error: unknown) => log.warn({ topic: name, err: error }, 'signals could not be left'))
  }

  return {
    join(listener) {
      listeners.add(listener)
      subscribe()
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        void unsubscribe(subscription)
        subscription = undefined
      }
    },
  }
}
