import type { Run } from '../../core/task/run.ts'
import type { Engine } from './engine.ts'

/** How soon a cancel is noticed whose broadcast was lost. */
const LONGEST_PAUSE_MS = 900

export interface HeldLease {
  /** Aborted when the claim is gone: the task was cancelled or taken over. */
  lost: AbortSignal
  stop(): void
}

/** Prolongs the claim on a run for as long as its attempt goes on. While the store is away it tries again. */
export function holdLease(run: Run, engine: Pick<Engine, 'store' | 'leaseMs' | 'now' | 'log'>): HeldLease {
  const controller = new AbortController()
  async function prolong(): Promise<void> {
    if (await engine.store.runs.renew(run.id, run.epoch, engine.now(), engine.leaseMs)) return
    clearInterval(timer)
    controller.abort(new Error('the claim on this task is gone'))
  }
  const timer = setInterval(
    () => {
      prolong().catch((error: unknown) => {
        engine.log.warn({ taskId: run.id, error: String(error) }, 'a lease could not be prolonged')
      })
    },
    Math.min(LONGEST_PAUSE_MS, engine.leaseMs / 4),
  )
  return { lost: controller.signal, stop: () => clearInterval(timer) }
}
