import { DelayedError, type Job } from 'bullmq'
import type { Outcome } from '../src/core/task/outcome.ts'

/** Says to the queue, in its words, how an attempt ended: gone, or again later. The one place that does. */
export async function applyOutcome(job: Job, token: string | undefined, outcome: Outcome, now: number): Promise<void> {
  const forMs = againInMs(outcome)
  if (forMs === undefined) return
  await job.moveToDelayed(now + forMs, token)
  throw new DelayedError()
}

function againInMs(outcome: Outcome): number | undefined {
  if (outcome.state === 'snoozed') return outcome.forMs
  return outcome.state === 'failed' ? outcome.retryInMs : undefined
}
