import { personKey } from '../core/address.ts'
import { StoreUnavailableError } from '../core/errors.ts'
import { insist } from '../core/insist.ts'
import type { Lang } from '../core/lang.ts'
import type { Outcome } from '../core/outcome.ts'
import type { Part } from '../core/part.ts'
import type { EndState, Hop, NewRun, Run } from '../core/run.ts'
import type { Task } from '../core/task.ts'
import { firstEnd } from '../core/wait.ts'
import { ANSWER, type Attempt, refuse, textIn } from './attempt.ts'
import { runBuiltin } from './builtins/run.ts'
import { askedFirst, isWanted } from './called.ts'
import { startDeadline } from './deadline.ts'
import type { Engine } from './engine.ts'
import { commandText, findEntry } from './entries.ts'
import { holdLease, LEASE_MS } from './lease.ts'
import { runInSlot } from './run-in-slot.ts'
import { sentences } from './sentences.ts'
import { answerUnknown } from './unknown.ts'

/**
 * A process that dies takes its tasks' attempts along; so many of these beyond a command's own attempts are forgiven. Many, because
 * scene code dies with its thread or child alone: it is hardly ever the task that kills its process.
 */
const FORGIVEN_CRASHES = 50

/**
 * One attempt at a task: claims it, runs its command under its time limit, says what there is to say and writes the end down.
 * The second call for a task that has ended does nothing. Throws only StoreUnavailableError; then nothing is decided and it may be called again.
 */
export async function runTask(task: Task, engine: Engine, shutdown: AbortSignal): Promise<Outcome> {
  const startedAt = engine.now()
  const claim = await engine.store.runs.start(newRunOf(task), startedAt, LEASE_MS)
  if (claim.state === 'over') return { state: 'done' }
  if (claim.state === 'held') return { state: 'snoozed', forMs: Math.max(100, claim.untilMs - startedAt) }

  const { run } = claim
  engine.changed(task.id)
  const cancel = engine.cancels.watch(task.id)
  const lease = holdLease(run, engine)
  try {
    const lang = await engine.languages.of(task.message)
    const cancelled = AbortSignal.any([cancel.signal, lease.lost])
    const attempt = await tryOnce(run, lang, engine, cancelled, shutdown).catch((error) => failedBy(error, run, engine))
    return await writeDown(run, lang, attempt, startedAt, engine).catch((error) => {
      // It could not be said: it is not said again, so that the task ends.
      return writeDown(run, lang, { ...failedBy(error, run, engine), isFinal: true, say: [] }, startedAt, engine)
    })
  } finally {
    cancel.done()
    lease.stop()
    engine.changed(task.id)
  }
}

/** A fault of ours is one more way to fail. Throws it when it is the store's being away. */
function failedBy(error: unknown, run: Run, engine: Engine): Attempt & { state: 'failed' } {
  if (error instanceof StoreUnavailableError) throw error
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error)
  engine.log.error({ taskId: run.id, error: why }, 'an attempt failed by a fault of ours')
  return { state: 'failed', isFinal: false, why }
}

export function newRunOf(task: Task): NewRun {
  const owner = personKey(task.message.from.channel, task.message.sender.id)
  return { id: task.id, task, owner, hops: [{ at: task.message.receivedAt, kind: 'received' }] }
}

async function tryOnce(
  run: Run,
  lang: Lang,
  engine: Engine,
  cancelled: AbortSignal,
  shutdown: AbortSignal,
): Promise<Attempt> {
  const { route, message } = run.task
  if (route === undefined) return answerUnknown(message, lang, engine)
  const command = commandText(route.scene, route.command)

  const entry = findEntry(engine.catalog(), route.scene, route.command)
  if (entry === undefined) return refuse(`${command} is gone`, sentences.gone(command), lang)
  if (!(await isWanted(run, engine))) {
    await engine.store.runs.cancel(run.id, 'the task that called it has ended', run.owner, engine.now())
    return { state: 'cancelled' }
  }
  if (run.attempt > entry.attempts + FORGIVEN_CRASHES) {
    return { state: 'failed', isFinal: true, why: `its process died ${run.attempt - 1} times` }
  }
  if (!(await engine.access.mayUse(message, route.scene, route.command))) {
    return refuse(`no grant for ${command}`, sentences.notGranted(command, run.owner, engine.admins), lang)
  }

  const refusal = await askedFirst(run, entry, lang, engine)
  if (refusal !== undefined) return refusal
  if (route.scene === '') return runBuiltin(run, route, lang, engine)
  const deadline = startDeadline(entry.timeoutMs, cancelled, shutdown)
  try {
    return await runInSlot(run, entry, lang, engine, deadline)
  } finally {
    deadline.clear()
  }
}

/**
 * The answer first, then the end: dying in between says it again under the same id, which is sent once. What was worked out is not lost
 * to a store that is away for a moment.
 */
async function writeDown(run: Run, lang: Lang, attempt: Attempt, startedAt: number, engine: Engine): Promise<Outcome> {
  const now = engine.now()
  const hop = (kind: Hop['kind'], text?: string): Hop => ({
    at: now,
    kind,
    ms: now - startedAt,
    attempt: run.attempt,
    text,
  })
  const started: Hop = { at: startedAt, kind: 'started', attempt: run.attempt }
  const finish = async (end: EndState): Promise<void> => {
    const hops = [started, hop(end.state, end.why)]
    await insist(() => engine.store.runs.finish(run.id, run.epoch, end, hops, now))
    if (run.task.parent !== undefined) await insist(() => engine.ended(run.task))
    engine.log.info({ taskId: run.id, state: end.state, attempt: run.attempt, ms: now - startedAt }, 'task ended')
  }
  const sayLast = async (parts: readonly Part[] | undefined): Promise<void> => {
    if (parts !== undefined && parts.length > 0)
      await insist(() => engine.say({ task: run.task, round: run.round, name: ANSWER, parts }))
  }

  switch (attempt.state) {
    case 'done':
      await sayLast(attempt.say)
      await finish({ state: 'done' })
      return { state: 'done' }
    case 'refused':
      await sayLast(attempt.say)
      await finish({ state: 'refused', why: attempt.why })
      return { state: 'refused', why: attempt.why }
    case 'ignored':
      await finish({ state: 'ignored', why: attempt.why })
      return { state: 'ignored', why: attempt.why }
    case 'cancelled':
      // Whoever cancelled has written the end already.
      return { state: 'cancelled', why: 'cancelled' }
    case 'interrupted':
      await engine.store.runs.release(run.id, run.epoch, [started, hop('snoozed', 'the process stops')], true, now)
      return { state: 'snoozed', forMs: 0 }
    case 'waits': {
      const { waits } = attempt
      const hops = [started, hop('waits', waits.map(({ kind, name }) => `${kind} ${name}`).join(', '))]
      const how = await insist(() => engine.store.runs.suspend(run.id, run.epoch, waits, hops, engine.now()))
      if (how === 'lost') return { state: 'done' }
      return how === 'again' ? { state: 'snoozed', forMs: 0 } : { state: 'waits', untilMs: firstEnd(waits) }
    }
    case 'failed': {
      const error = new Error(attempt.why)
      const attempts = attemptsOf(run, engine)
      if (!attempt.isFinal && run.attempt < attempts) {
        const retryInMs = backoffMs(run.attempt)
        await engine.store.runs.release(run.id, run.epoch, [started, hop('retry', attempt.why)], false, now)
        engine.log.warn({ taskId: run.id, attempt: run.attempt, retryInMs }, 'attempt failed')
        return { state: 'failed', error, retryInMs }
      }
      await sayLast(attempt.say ?? textIn(lang, sentences.failed(run.number, run.attempt)))
      await finish({ state: 'failed', why: attempt.why })
      return { state: 'failed', error }
    }
  }
}

function attemptsOf(run: Run, engine: Engine): number {
  const { route } = run.task
  return (route && findEntry(engine.catalog(), route.scene, route.command)?.attempts) ?? 1
}

/** 1, 2, 4 … 60 s, up to half of it more, so that what failed together does not come back together. */
function backoffMs(attempt: number): number {
  const base = Math.min(60_000, 1_000 * 2 ** (attempt - 1))
  return Math.round(base * (1 + Math.random() / 2))
}
