import { StoreUnavailableError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { textIn } from '../../core/message/part.ts'
import type { Outcome } from '../../core/task/outcome.ts'
import type { Run } from '../../core/task/run.ts'
import type { Task } from '../../core/task/task.ts'
import type { Lang } from '../../core/text/lang.ts'
import { whyOf } from '../../core/text/why.ts'
import type { Store } from '../../store/store.ts'
import { compensateLater, compensateTask } from '../compensation/compensate.ts'
import { mayCompensate } from '../compensation/pending.ts'
import type { CompensationPorts } from '../compensation/ports.ts'
import { mayEnd } from '../control/last-word.ts'
import { ownSteps } from '../steps/own-steps.ts'
import type { AnsweringPorts } from '../waiting/chat-questions.ts'
import { asAnswer } from './as-answer.ts'
import type { Attempt } from './attempt.ts'
import { type CallAgainPorts, openCallAgain } from './call-again.ts'
import { askedFirst, type CalledPorts, isWanted } from './called.ts'
import { type ClaimPorts, claimAttempt } from './claim.ts'
import { type ConcludePorts, conclude } from './conclude.ts'
import { startDeadline } from './deadline.ts'
import { type FindCodePorts, findCode } from './find-code.ts'
import { crashesOf, isHopeless } from './hopeless.ts'
import { type PermissionPorts, permissionRefusal } from './permission.ts'
import { isLastAttempt } from './retries.ts'
import { type BuiltinPorts, runBuiltin } from './run-builtin.ts'
import { runInSlot, type SlotPorts } from './run-in-slot.ts'
import { sentences } from './sentences.ts'
import { answerUnknown, type UnknownPorts } from './unknown.ts'

/** What the steps of an attempt take, each by its own name. */
export type AttemptPorts = ClaimPorts &
  FindCodePorts &
  CalledPorts &
  PermissionPorts &
  SlotPorts &
  BuiltinPorts &
  UnknownPorts &
  AnsweringPorts &
  ConcludePorts &
  CallAgainPorts &
  Omit<CompensationPorts, 'callAgain'> & {
    store: Pick<Store, 'runs' | 'steps' | 'settings' | 'outbox' | 'leases' | 'counters'>
    log: Log
  }

/**
 * One attempt at a task: claims it (in its `turn`, where it has one), runs its command under its time limit, says what
 * there is to say, writes the end down, and compensates where it ended otherwise than done. The second call for a task
 * that has ended does nothing. Throws only StoreUnavailableError; then nothing is decided and it may be called again.
 */
export async function runTask(
  task: Task,
  ports: AttemptPorts,
  shutdown: AbortSignal,
  attemptKey?: string,
): Promise<Outcome> {
  const compensation: CompensationPorts = { ...ports, callAgain: openCallAgain(ports) }
  const claim = await claimAttempt(task, attemptKey, ports)
  if (claim.state === 'held') return { state: 'snoozed', forMs: claim.forMs }
  if (claim.state === 'over') {
    await compensateLater(claim.run, compensation, shutdown)
    return { state: 'done' }
  }
  const { run, startedAt, cancelled } = claim
  ports.changed(task.id)
  try {
    const lang = await ports.languages.of(task.message)
    const own = { ...ports, store: { ...ports.store, steps: ownSteps(ports.store.steps, run) } }
    const tried = await tryOnce(run, lang, own, cancelled, shutdown).catch((error) => faultOf(error, run, ports))
    const outcome = await concludeOnce(run, lang, tried, startedAt, ports)
    if (mayCompensate(run) && isCompensatedEnd(outcome)) await compensate(run, compensation, shutdown)
    return outcome
  } finally {
    claim.end()
    ports.changed(task.id)
  }
}

/** From the claimed run to how its command ended. */
async function tryOnce(
  run: Run,
  lang: Lang,
  ports: AttemptPorts,
  cancelled: AbortSignal,
  shutdown: AbortSignal,
): Promise<Attempt> {
  const { route } = run.task
  if (route === undefined) return answerUnknown(run, lang, ports)
  // Who is asked something answers it, whatever their words call besides.
  if (route.isByChance) {
    const answer = await asAnswer(run, ports)
    if (answer !== undefined && answer.refusal === undefined) return { state: 'done' }
  }
  const code = await findCode(run, route, lang, ports)
  if ('state' in code) return code
  if (!(await isWanted(run, ports))) {
    await ports.store.runs.cancel(run.id, 'the task that called it has ended', run.owner, ports.now())
    return { state: 'cancelled' }
  }
  if (await isHopeless(run, ports.store)) {
    const say = textIn(lang, sentences.failed(run.number, run.attempt))
    return { state: 'failed', isFinal: true, why: `its process died ${crashesOf(run)} times`, say }
  }
  const refusal =
    (await permissionRefusal(run, route, code, lang, ports)) ?? (await askedFirst(run, code.entry, lang, ports))
  if (refusal !== undefined) return refusal
  if (route.scene === '') return runBuiltin(run, route, lang, ports)
  const deadline = startDeadline(code.entry.timeoutMs, cancelled, shutdown)
  try {
    return await runInSlot(run, code, lang, ports, deadline)
  } finally {
    deadline.clear()
  }
}

/** A fault of ours is one more way to fail. Throws it when it is the store's being away. */
function faultOf(error: unknown, run: Run, { log }: Pick<AttemptPorts, 'log'>): Attempt & { state: 'failed' } {
  if (error instanceof StoreUnavailableError) throw error
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error)
  log.error({ taskId: run.id, error: why }, 'an attempt failed by a fault of ours')
  return { state: 'failed', isFinal: false, why }
}

async function concludeOnce(
  run: Run,
  lang: Lang,
  tried: Attempt,
  startedAt: number,
  ports: AttemptPorts,
): Promise<Outcome> {
  const isLast = isLastAttempt(tried, run, ports.catalog())
  // A newer one of its ordering key may have come before its last word.
  const isReplaced = run.task.orderingKey !== undefined && isLast && !(await mayEnd(run, ports.store))
  const attempt: Attempt = isReplaced ? { state: 'cancelled' } : tried
  return conclude(run, lang, { attempt, isLast, startedAt }, ports).catch((error) => {
    // It could not be said: it is not said again, so that the task ends.
    const unsaid: Attempt = { ...faultOf(error, run, ports), isFinal: true, say: [] }
    return conclude(run, lang, { attempt: unsaid, isLast: true, startedAt }, ports)
  })
}

function isCompensatedEnd(outcome: Outcome): boolean {
  if (outcome.state === 'failed') return outcome.retryInMs === undefined
  return outcome.state === 'cancelled' || outcome.state === 'refused'
}

async function compensate(run: Run, ports: CompensationPorts, shutdown: AbortSignal): Promise<void> {
  await compensateTask(run, ports, shutdown).catch((error: unknown) => {
    ports.log.warn({ taskId: run.id, error: whyOf(error) }, 'taking a task back was cut short; the sweeper goes on')
  })
}
