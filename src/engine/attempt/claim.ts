import type { Log } from '../../core/log.ts'
import { newRunOf, type Run } from '../../core/task/run.ts'
import type { Task } from '../../core/task/task.ts'
import type { Runs } from '../../store/store.ts'
import type { Cancels } from './cancels.ts'
import { holdAttempt } from './lease.ts'

export interface ClaimPorts {
  store: { runs: Pick<Runs, 'start' | 'renew'> }
  cancels: Cancels
  /** How long the claim of a worker that died stands. */
  leaseMs: number
  now(): number
  log: Log
}

/** What stands in the way of an attempt, or the claim to make one. */
export type Claim =
  /** It has ended; there is nothing to do but what its end left over. */
  | { state: 'over'; run: Run }
  /** Another attempt is alive, or its turn has not come: look again then. */
  | { state: 'held'; forMs: number }
  | {
      state: 'ours'
      run: Run
      startedAt: number
      /** Aborted by a cancel, from whichever process, and when the claim is lost. */
      cancelled: AbortSignal
      /** Lets go of the lease and the signals. */
      end(): void
    }

/**
 * Claims an attempt at the task, in its `turn` where it has one, and holds the claim for as long as the attempt goes
 * on.
 */
export async function claimAttempt(task: Task, attemptKey: string | undefined, ports: ClaimPorts): Promise<Claim> {
  const startedAt = ports.now()
  const claim = await ports.store.runs.start({ ...newRunOf(task), attemptKey }, startedAt, ports.leaseMs)
  if (claim.state === 'over') return claim
  if (claim.state === 'held') return { state: 'held', forMs: Math.max(100, claim.untilMs - startedAt) }
  const { run } = claim
  const cancel = ports.cancels.watch(task.id)
  const lease = holdAttempt(run, ports)
  return {
    state: 'ours',
    run,
    startedAt,
    cancelled: AbortSignal.any([cancel.signal, lease.lost]),
    end() {
      cancel.done()
      lease.stop()
    },
  }
}
