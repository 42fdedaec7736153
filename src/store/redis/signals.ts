import type { Redis } from 'ioredis'
import type { Signals } from '../store.ts'
import { answered } from './faults.ts'
import { fromJson, toJson } from './json.ts'
import type { Database } from './script.ts'

type Listener = (payload: unknown) => void

/** Publishes on the store's connection and listens on one of its own, which subscribes again whenever it comes back. */
export function redisSignals(db: Database, subscriber: Redis, onError: (error: Error) => void): Signals {
  const listeners = new Map<string, Set<{ hear: Listener }>>()
  const channelOf = (topic: string) => `${db.prefix}signal:${topic}`

  subscriber.on('message', (channel: string, json: string) => {
    const payload = fromJson<unknown>(json)
    for (const { hear } of listeners.get(channel) ?? []) {
      try {
        hear(payload)
      } catch (error) {
        onError(error instanceof Error ? error : new Error(`a listener of ${channel} threw`, { cause: error }))
      }
    }
  })
  subscriber.on('ready', () => {
    // When this fails the connection was lost again: its next 'ready' tries anew.
    if (listeners.size > 0) subscriber.subscribe(...listeners.keys()).catch(onError)
  })

  return {
    async publish(topic, payload) {
      await answered(db.redis.publish(channelOf(topic), toJson(payload)))
    },

    async subscribe(topic, listener) {
      const channel = channelOf(topic)
      const ours = { hear: listener }
      const all = listeners.get(channel) ?? new Set()
      listeners.set(channel, all.add(ours))
      const isLastToGo = () => all.delete(ours) && all.size === 0 && listeners.delete(channel)
      try {
        await answered(subscriber.subscribe(channel))
      } catch (error) {
        isLastToGo()
        throw error
      }
      return async () => {
        // Nobody hears it any more either way; a subscription that stays ends with the connection.
        if (isLastToGo()) await subscriber.unsubscribe(channel).catch(() => undefined)
      }
    },
  }
}
