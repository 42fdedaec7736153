import type { Log } from '../../core/log.ts'
import type { Run } from '../../core/task/run.ts'
import type { Runs } from '../../store/store.ts'

/** How soon a cancel is noticed whose broadcast was lost. */
const LONGEST_PAUSE_MS = 900

export interface AttemptLease {
  /** Aborted when the claim is gone: the task was cancelled or taken over. */
  lost: AbortSignal
  stop(): void
}

export interface LeasePorts {
  store: { runs: Pick<Runs, 'renew'> }
  leaseMs: number
  now(): number
  log: Log
}

/** Prolongs the claim on a run for as long as its attempt goes on. While the store is away it tries again. */
export function holdAttempt(run: Run, { store, leaseMs, now, log }: LeasePorts): AttemptLease {
  const controller = new AbortController()
  async function prolong(): Promise<void> {
    if (await store.runs.renew(run.id, run.fencingToken, now(), leaseMs)) return
    clearInterval(timer)
    controller.abort(new Error('the claim on this task is gone'))
  }
  const timer = setInterval(
    () => {
      prolong().catch((error: unknown) => {
        log.warn({ taskId: run.id, error: String(error) }, 'a lease could not be prolonged')
      })
    },
    Math.min(LONGEST_PAUSE_MS, leaseMs / 4),
  )
  return { lost: controller.signal, stop: () => clearInterval(timer) }
}
