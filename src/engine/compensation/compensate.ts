import { textIn } from '../../core/message/part.ts'
import { retryWhileUnavailable } from '../../core/retry-while-unavailable.ts'
import type { Run } from '../../core/task/run.ts'
import { whyOf } from '../../core/text/why.ts'
import { type HeldLease, holdLeaseOf } from '../../store/held-lease.ts'
import {
  clearPending,
  compensationSteps,
  failedIn,
  howPending,
  isCompensatedAfter,
  type Kept,
  mayCompensate,
  noteCompensated,
  OWED_KEPT_MS,
  pendingIn,
} from './pending.ts'
import type { CompensationPorts } from './ports.ts'
import { sentences } from './sentences.ts'

/* How a task that has ended otherwise than done is taken back: its command is called once more, up to where it was. */

/** Calling the command again up to where it was may take this long, beside what taking back takes. */
const REPLAY_MS = 60_000
/** Three tries, and the time between them and until one is given up. */
const TRIES = 3
const BETWEEN_MS = 3_000
/** A command that its host does not survive is called so often. */
const MOST_CALLS = 5
/** However much there is to be taken back; timers count no further than weeks. */
const MOST_MS = 86_400_000

/** Takes back a task that ended in another process, or in none; nothing while its last attempt may still go on. */
export async function compensateLater(run: Run, ports: CompensationPorts, shutdown: AbortSignal): Promise<void> {
  if (!mayCompensate(run) || !isCompensatedAfter(run.state)) return
  const how = await howPending(run, ports.store, ports.now())
  const isOver = how === 'now' || ports.now() >= (run.endedAt ?? 0) + ports.leaseMs + ports.graceMs
  if (how !== undefined && isOver) await compensateTask(run, ports, shutdown)
}

/**
 * Calls what the task registered, the last one first and each once, in a slot of its lane. For one who knows that no
 * attempt at it goes on. Nothing when it is live, or being taken back elsewhere. What a crash or a stop leaves over the
 * sweeper has done later.
 */
export async function compensateTask(ended: Run, ports: CompensationPorts, shutdown: AbortSignal): Promise<void> {
  const { runs } = ports.store
  const keptOf = (run: Run) => compensationSteps(run, ports.store)
  const run = await runs.find(ended.id)
  if (run === undefined || !isCompensatedAfter(run.state)) return
  if (pendingIn(await keptOf(run)).length === 0) return clearPending(run, ports.store)
  const hold = await holdCompensation(run, ports)
  if (hold === undefined) return
  try {
    const owed = pendingIn(await keptOf(run))
    if (owed.length > 0) await callBack(run, owed, ports, shutdown)
    const kept = await keptOf(run)
    if (pendingIn(kept).length > 0) return
    await tellFailed(run, kept, ports)
    await clearPending(run, ports.store)
  } finally {
    await hold.release()
  }
}

async function callBack(
  ended: Run,
  owed: readonly { name: string; timeoutMs: number }[],
  ports: CompensationPorts,
  shutdown: AbortSignal,
): Promise<void> {
  // A wait gives its attempt back, so that one that ended waiting in its first has none.
  const run = { ...ended, attempt: Math.max(1, ended.attempt) }
  const calls = await ports.store.counters.add(`undo:${run.id}:${run.generation}`, 1, ports.now(), OWED_KEPT_MS)
  const limitMs = owed.reduce((sum, { timeoutMs }) => sum + TRIES * (timeoutMs + BETWEEN_MS), REPLAY_MS)
  const undoes = owed.map(({ name }) => name)
  const end = await ports.callAgain(run, undoes, Math.min(limitMs, MOST_MS), shutdown)
  if (end.state === 'done' || end.state === 'interrupted') return
  if (end.state === 'failed')
    ports.log.error({ taskId: run.id, calls, error: end.why }, 'a task could not be taken back')
  // It is called again, as long as that may help.
  if (end.state === 'gone' || calls >= MOST_CALLS) await giveUp(run, owed, end.why, ports)
}

async function giveUp(
  run: Run,
  owed: readonly { name: string }[],
  why: string,
  ports: CompensationPorts,
): Promise<void> {
  for (const { name } of owed.toReversed()) await noteCompensated(run, { name, error: why }, ports)
}

/** Its person hears of what could not be taken back. */
async function tellFailed(run: Run, kept: Kept, ports: CompensationPorts): Promise<void> {
  const failed = failedIn(kept)
  if (failed.length === 0) return
  const lang = await ports.languages.of(run.task.message)
  const parts = textIn(lang, sentences.notTakenBack(run.number, failed))
  await retryWhileUnavailable(() =>
    ports.say({ task: run.task, generation: run.generation, name: 'not-taken-back', parts }),
  )
}

/** Undefined when somebody else takes it back. */
async function holdCompensation(
  run: Run,
  { store: { leases }, leaseMs, now, log }: CompensationPorts,
): Promise<HeldLease | undefined> {
  return holdLeaseOf(leases, `undo:${run.id}`, {
    leaseMs,
    now,
    onError: (error) => log.warn({ taskId: run.id, error: whyOf(error) }, 'a lease could not be prolonged'),
  })
}
