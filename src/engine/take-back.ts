import { insist } from '../core/insist.ts'
import type { Run } from '../core/run.ts'
import { whyOf } from '../core/why.ts'
import { type HeldLease, holdLeaseOf } from '../store/held-lease.ts'
import { textIn } from './attempt.ts'
import { callsOf, openOwn } from './calls.ts'
import { startDeadline } from './deadline.ts'
import type { Engine } from './engine.ts'
import {
  failedIn,
  howOwed,
  isTakenBackAfter,
  type Kept,
  mayOwe,
  noteTakenBack,
  OWED_KEPT_MS,
  owedIn,
  settleOwed,
} from './owed.ts'
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
const never = new AbortController().signal

/** Takes back a task that ended in another process, or in none; nothing while its last attempt may still go on. */
export async function takeBackLater(run: Run, engine: Engine, shutdown: AbortSignal): Promise<void> {
  if (!mayOwe(run) || !isTakenBackAfter(run.state)) return
  const how = await howOwed(run, engine.store, engine.now())
  const isOver = how === 'now' || engine.now() >= (run.endedAt ?? 0) + engine.leaseMs + engine.graceMs
  if (how !== undefined && isOver) await takeBack(run, engine, shutdown)
}

/**
 * Calls what the task registered, the last one first and each once, in a slot of its lane. For one who knows that no attempt at it goes on. Nothing when it
 * is live, or being taken back elsewhere. What a crash or a stop leaves over the sweeper has done later.
 */
export async function takeBack(ended: Run, engine: Engine, shutdown: AbortSignal): Promise<void> {
  const { runs, steps } = engine.store
  const run = await runs.find(ended.id)
  if (run === undefined || !isTakenBackAfter(run.state)) return
  if (owedIn(await steps.list(run.id)).length === 0) return settleOwed(run, engine.store)
  const hold = await holdUndo(run, engine)
  if (hold === undefined) return
  try {
    const owed = owedIn(await steps.list(run.id))
    if (owed.length > 0) await callBack(run, owed, engine, shutdown)
    const kept = await steps.list(run.id)
    if (owedIn(kept).length > 0) return
    await tellFailed(run, kept, engine)
    await settleOwed(run, engine.store)
  } finally {
    await hold.release()
  }
}

async function callBack(
  ended: Run,
  owed: readonly { name: string; timeoutMs: number }[],
  engine: Engine,
  shutdown: AbortSignal,
): Promise<void> {
  // A wait gives its attempt back, so that one that ended waiting in its first has none.
  const run = { ...ended, attempt: Math.max(1, ended.attempt) }
  const { lane, route, message } = run.task
  // With the code it was done with, which what was begun may be bound to.
  const found = await engine.versions.codeOf({ ...run, epoch: run.epoch + 1 }, engine.store.steps)
  if (found.state !== 'code')
    return giveUp(run, owed, found.state === 'gone' ? 'its command is gone' : found.why, engine)
  const { version, isOld, pack } = found.code
  const slots = engine.slots(lane, isOld ? pack : undefined)
  if (slots === undefined || route === undefined) throw new Error(`this process has no slots for lane ${lane}`)
  const lang = await engine.languages.of(message)
  const calls = await engine.store.counters.add(`undo:${run.id}:${run.round}`, 1, engine.now(), OWED_KEPT_MS)
  const limitMs = owed.reduce((sum, { timeoutMs }) => sum + TRIES * (timeoutMs + BETWEEN_MS), REPLAY_MS)
  const deadline = startDeadline(Math.min(limitMs, MOST_MS), never, shutdown)
  const own = openOwn(run, lang, engine, deadline)
  const undoes = owed.map(({ name }) => name)
  try {
    const order = { runId: run.id, route, message, lang, attempt: run.attempt, taskNumber: run.number, version, undoes }
    const end = await slots.run(order, callsOf(run, lang, engine, deadline, own), deadline.signal, engine.graceMs)
    if (end.state === 'done' || end.state === 'parked' || deadline.cause === 'shutdown') return
    const why = end.state === 'failed' || end.state === 'killed' ? end.message : end.state
    engine.log.error({ taskId: run.id, calls, error: why }, 'a task could not be taken back')
    // It is called again, as long as that may help.
    if (calls >= MOST_CALLS) await giveUp(run, owed, why, engine)
  } finally {
    deadline.clear()
    await own.end()
  }
}

async function giveUp(run: Run, owed: readonly { name: string }[], why: string, engine: Engine): Promise<void> {
  for (const { name } of owed.toReversed()) await noteTakenBack(run, { name, error: why }, engine)
}

/** Its person hears of what could not be taken back. */
async function tellFailed(run: Run, kept: Kept, engine: Engine): Promise<void> {
  const failed = failedIn(kept)
  if (failed.length === 0) return
  const lang = await engine.languages.of(run.task.message)
  const parts = textIn(lang, sentences.notTakenBack(run.number, failed))
  await insist(() => engine.say({ task: run.task, round: run.round, name: 'not-taken-back', parts }))
}

/** Undefined when somebody else takes it back. */
async function holdUndo(run: Run, { store: { leases }, leaseMs, now, log }: Engine): Promise<HeldLease | undefined> {
  return holdLeaseOf(leases, `undo:${run.id}`, {
    leaseMs,
    now,
    onError: (error) => log.warn({ taskId: run.id, error: whyOf(error) }, 'a lease could not be prolonged'),
  })
}
