import type { Log } from '../core/log.ts'
import type { Signals } from './store.ts'

const RETRY_MS = 500

/**
 * Signals for processes that must start without their store: `subscribe` resolves while it is away, too, and listens as
 * soon as it is there. They are hints, so nobody need wait for them.
 */
export function patientSignals(signals: Signals, log: Log): Signals {
  return {
    publish: signals.publish,
    async subscribe(topic, listener) {
      let stop: (() => Promise<void>) | undefined
      let timer: NodeJS.Timeout | undefined
      let isOver = false
      async function listen(): Promise<void> {
        try {
          stop = await signals.subscribe(topic, listener)
          if (isOver) await stop()
        } catch (error) {
          log.debug({ topic, error: String(error) }, 'not listening yet')
          if (!isOver) timer = setTimeout(() => void listen(), RETRY_MS)
        }
      }
      await listen()
      return async () => {
        isOver = true
        clearTimeout(timer)
        await stop?.()
      }
    },
  }
}
