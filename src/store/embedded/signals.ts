import type { Signals } from '../store.ts'
import { toJson } from './json.ts'

/**
 * One process owns the store, so its own listeners are all there are. They hear it in a later turn, as from another
 * process.
 */
export function embeddedSignals(onError: (error: Error) => void): Signals {
  const topics = new Map<string, Set<(payload: unknown) => void>>()

  function tell(listener: (payload: unknown) => void, json: string): void {
    try {
      listener(JSON.parse(json))
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)))
    }
  }

  return {
    async publish(topic, payload) {
      const json = toJson(payload)
      setImmediate(() => {
        for (const listener of topics.get(topic) ?? []) tell(listener, json)
      })
    },

    async subscribe(topic, listener) {
      // Its own function, so that one who listens twice hears it twice.
      const hear = (payload: unknown) => listener(payload)
      const listeners = topics.get(topic) ?? new Set()
      topics.set(topic, listeners.add(hear))
      return async () => {
        listeners.delete(hear)
        if (listeners.size === 0 && topics.get(topic) === listeners) topics.delete(topic)
      }
    },
  }
}
