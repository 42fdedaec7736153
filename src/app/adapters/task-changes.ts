import type { Log } from '../../core/log.ts'
import type { Signals } from '../../store/store.ts'

/** The topic on which a task's changes are told to whoever shows it: `{ ids }`. */
export const TASK_TOPIC = 'task'

const EVERY_MS = 200
/** Nobody reads more lines than these between two looks. */
const MOST_AT_ONCE = 50

/**
 * Gathers which tasks changed and tells it a few times a second, the newest of them, so that a flood costs the store
 * little.
 */
export function taskChanges(signals: Signals, log: Log) {
  let changed = new Set<string>()
  let telling: Promise<void> = Promise.resolve()

  async function tell(): Promise<void> {
    const ids = [...changed].slice(-MOST_AT_ONCE)
    changed = new Set()
    await signals.publish(TASK_TOPIC, { ids })
  }

  const timer = setInterval(() => {
    if (changed.size === 0) return
    telling = telling.then(tell).catch((error: unknown) => log.debug({ error: String(error) }, 'a change was not told'))
  }, EVERY_MS)

  return {
    note(taskId: string): void {
      changed.delete(taskId)
      changed.add(taskId)
    },
    async close(): Promise<void> {
      clearInterval(timer)
      await telling
    },
  }
}
