import { type Held, heldTopic } from '../core/delivery/held.ts'
import type { Signals } from '../store/store.ts'

/** The held requests as a process sees them that holds none itself: it passes the news on. */
export function remoteHeld(signals: Signals): Held {
  return {
    claim: () => undefined,
    isElsewhere: () => true,
    release: () => {},
    async tell({ by, taskId, deliveryId }) {
      await signals.publish(heldTopic(by), { taskId, deliveryId })
    },
  }
}
