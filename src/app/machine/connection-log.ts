import type { Log } from '../../core/log.ts'

/** A lost connection is reported once a while, not with every try to mend it. */
export function connectionLog(log: Log): (error: Error) => void {
  let lastAt = 0
  return (error) => {
    if (Date.now() - lastAt < 5_000) return
    lastAt = Date.now()
    log.error({ error: error.message }, 'the store or its queues report a fault')
  }
}
