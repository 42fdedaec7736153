import { commandText, findEntry } from '../../core/command/entries.ts'
import { StoreUnavailableError } from '../../core/errors.ts'
import { insist } from '../../core/insist.ts'
import { type Part, textIn } from '../../core/message/part.ts'
import type { Outcome } from '../../core/task/outcome.ts'
import { type EndState, type Hop, newRunOf, type Run } from '../../core/task/run.ts'
import type { Task } from '../../core/task/task.ts'
import { firstEnd } from '../../core/task/wait.ts'
import type { Lang } from '../../core/text/lang.ts'
import { whyOf } from '../../core/text/why.ts'
import { takeBack, takeBackLater } from '../compensation/compensate.ts'
import { isTakenBackAfter, mayOwe, oweIfRegistered } from '../compensation/pending.ts'
import { mayEnd } from '../control/last-word.ts'
import { isPiece, type PieceTask } from '../fan-out/fan-out.ts'
import { sentences as ofPeople } from '../people/sentences.ts'
import { ownSteps } from '../steps/own-steps.ts'
import { TOLD_STEP } from '../steps/versions.ts'
import { takeAsAnswer } from '../waiting/answers.ts'
import { ANSWER, type Attempt, refuse } from './attempt.ts'
import { openCallAgain } from './call-again.ts'
import { askedFirst, isWanted } from './called.ts'
import { startDeadline } from './deadline.ts'
import type { Engine } from './engine.ts'
import { holdLease } from './lease.ts'
import { runBuiltin } from './run-builtin.ts'
import { runInSlot } from './run-in-slot.ts'
import { sentences } from './sentences.ts'
import { answerUnknown } from './unknown.ts'

/**
 * A process that dies takes its tasks' attempts along; so many of these are forgiven as long as no step is kept between them. Many, because scene code
 * dies with its thread or child alone: it is hardly ever the task that kills its process.
 */
const FORGIVEN_CRASHES = 50
/** So many pieces have a line each in their parent's timeline, which is short, and those beyond only when they fail. */
const PIECES_TOLD = 50

/**
 * One attempt at a task: claims it (in its `turn`, where it has one), runs its command under its time limit, says what there is to say and writes the end down.
 * The second call for a task that has ended does nothing. Throws only StoreUnavailableError; then nothing is decided and it may be called again.
 */
export async function runTask(task: Task, engine: Engine, shutdown: AbortSignal, turn?: string): Promise<Outcome> {
  const startedAt = engine.now()
  const claim = await engine.store.runs.start({ ...newRunOf(task), turn }, startedAt, engine.leaseMs)
  if (claim.state === 'over') {
    await takeBackLater(claim.run, { ...engine, callAgain: openCallAgain(engine) }, shutdown)
    return { state: 'done' }
  }
  if (claim.state === 'held') return { state: 'snoozed', forMs: Math.max(100, claim.untilMs - startedAt) }

  const { run } = claim
  engine.changed(task.id)
  const cancel = engine.cancels.watch(task.id)
  const lease = holdLease(run, engine)
  try {
    const lang = await engine.languages.of(task.message)
    const cancelled = AbortSignal.any([cancel.signal, lease.lost])
    const own = { ...engine, store: { ...engine.store, steps: ownSteps(engine.store.steps, run) } }
    const tried = await tryOnce(run, lang, own, cancelled, shutdown).catch((error) => failedBy(error, run, engine))
    const attempt: Attempt = (await isReplaced(run, tried, engine)) ? { state: 'cancelled' } : tried
    const outcome = await writeDown(run, lang, attempt, startedAt, engine).catch((error) => {
      // It could not be said: it is not said again, so that the task ends.
      return writeDown(run, lang, { ...failedBy(error, run, engine), isFinal: true, say: [] }, startedAt, engine)
    })
    if (mayOwe(run) && isUndoneEnd(outcome)) {
      await takeBack(run, { ...engine, callAgain: openCallAgain(engine) }, shutdown).catch((error: unknown) => {
        engine.log.warn(
          { taskId: run.id, error: whyOf(error) },
          'taking a task back was cut short; the sweeper goes on',
        )
      })
    }
    return outcome
  } finally {
    cancel.done()
    lease.stop()
    engine.changed(task.id)
  }
}

function isUndoneEnd(outcome: Outcome): boolean {
  if (outcome.state === 'failed') return outcome.retryInMs === undefined
  return outcome.state === 'cancelled' || outcome.state === 'refused'
}

/** A fault of ours is one more way to fail. Throws it when it is the store's being away. */
function failedBy(error: unknown, run: Run, engine: Engine): Attempt & { state: 'failed' } {
  if (error instanceof StoreUnavailableError) throw error
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error)
  engine.log.error({ taskId: run.id, error: why }, 'an attempt failed by a fault of ours')
  return { state: 'failed', isFinal: false, why }
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
  // Who is asked something answers it, whatever their words call besides. Once it has begun it may itself have asked.
  if (route.isByChance && run.epoch === 1) {
    const answer = await takeAsAnswer(message, engine)
    if (answer !== undefined && answer.refusal === undefined) return { state: 'done' }
  }
  const command = commandText(route.scene, route.command)

  const found = await engine.versions.codeOf(run, engine.store.steps)
  if (found.state === 'gone') return refuse(`${command} is gone`, sentences.gone(command), lang)
  if (found.state === 'stopped') {
    return { state: 'failed', isFinal: true, why: found.why, say: textIn(lang, found.say) }
  }
  const { code } = found
  const { entry } = code
  if (code.said !== undefined) await noteCode(run, code.said, engine)
  if (!(await isWanted(run, engine))) {
    await engine.store.runs.cancel(run.id, 'the task that called it has ended', run.owner, engine.now())
    return { state: 'cancelled' }
  }
  if (await isHopeless(run, engine)) {
    const say = textIn(lang, sentences.failed(run.number, run.attempt))
    return { state: 'failed', isFinal: true, why: `its process died ${crashesOf(run)} times`, say }
  }
  // What was public is, for what began then, when the whole scene is gone.
  const wasPublic =
    code.isOld &&
    code.pack?.entry.isPublic === true &&
    !engine.catalog().scenes.some(({ name }) => name === route.scene)
  if (!wasPublic && !(await engine.access.mayUse(message, route.scene, route.command))) {
    return refuse(`no grant for ${command}`, ofPeople.notGranted(command, run.owner, engine.admins), lang)
  }

  const refusal = await askedFirst(run, entry, lang, engine)
  if (refusal !== undefined) return refusal
  if (route.scene === '') return runBuiltin(run, route, lang, engine)
  const deadline = startDeadline(entry.timeoutMs, cancelled, shutdown)
  try {
    return await runInSlot(run, code, lang, engine, deadline)
  } finally {
    deadline.clear()
  }
}

/** Once, however often it goes on so. */
async function noteCode(run: Run, text: string, { store, now, log }: Engine): Promise<void> {
  const step = `${TOLD_STEP}${run.round}:${text}`
  if ((await insist(() => store.steps.find(run.id, step))) !== undefined) return
  await insist(() => store.steps.save(run.id, step, true))
  log.info({ taskId: run.id, code: text }, 'a scene has changed under a task')
  await insist(() => store.runs.note(run.id, [{ at: now(), kind: 'log', text, attempt: run.attempt }]))
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
    if (isTakenBackAfter(end.state)) await insist(() => oweIfRegistered(run, engine))
    if (isPiece(run.task)) await settlePiece(run.task, end)
    await insist(() => engine.store.runs.finish(run.id, run.epoch, end, hops, now))
    if (run.task.parent !== undefined && run.task.piece === undefined) await insist(() => engine.ended(run.task))
    engine.log.info({ taskId: run.id, state: end.state, attempt: run.attempt, ms: now - startedAt }, 'task ended')
  }
  /** Before it is over: whoever dies in between does both once more. */
  const settlePiece = async (task: PieceTask, end: EndState): Promise<void> => {
    const why = end.why?.split('\n', 1)[0] ?? ''
    const value = attempt.state === 'done' ? (attempt.value ?? null) : null
    await engine.fanOut.settle(task, end.state === 'done' ? { state: 'done', value } : { state: end.state, why })
    const { parent, piece } = task
    const line = {
      ...hop('piece', `${piece.name} ${piece.index + 1} · ${end.state}`),
      child: { id: run.id, number: run.number },
    }
    if (end.state !== 'done' || piece.index < PIECES_TOLD) await engine.store.runs.note(parent.id, [line])
  }
  const sayLast = async (parts: readonly Part[] | undefined): Promise<void> => {
    // A piece gives its value back, and its parent says what is to be said.
    if (parts !== undefined && parts.length > 0 && run.task.piece === undefined)
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
      await engine.store.runs.release(
        run.id,
        run.epoch,
        [started, hop('snoozed', attempt.why ?? 'the process stops')],
        true,
        now,
      )
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
      const failures = run.failures + 1
      if (!isLast(attempt, run, engine)) {
        const retryInMs = backoffMs(failures)
        await engine.store.runs.release(run.id, run.epoch, [started, hop('retry', attempt.why)], false, now)
        engine.log.warn({ taskId: run.id, attempt: run.attempt, retryInMs }, 'attempt failed')
        return { state: 'failed', error, retryInMs }
      }
      await sayLast(attempt.say ?? textIn(lang, sentences.failed(run.number, failures)))
      await finish({ state: 'failed', why: attempt.why })
      return { state: 'failed', error }
    }
  }
}

/** A newer one of its row has come before its last word. */
async function isReplaced(run: Run, attempt: Attempt, engine: Engine): Promise<boolean> {
  if (run.task.row === undefined || !isLast(attempt, run, engine)) return false
  return !(await mayEnd(run, engine.store))
}

/** Whether the task is over with it. */
function isLast(attempt: Attempt, run: Run, engine: Engine): boolean {
  if (attempt.state === 'failed') return attempt.isFinal || run.failures + 1 >= attemptsOf(run, engine)
  return attempt.state === 'done' || attempt.state === 'refused'
}

/** Attempts that a process took along when it died: they neither failed nor were given back. */
function crashesOf({ attempt, failures }: Run): number {
  return attempt - 1 - failures
}

/** It has died so often without getting on that it is no chance any more. */
async function isHopeless(run: Run, engine: Engine): Promise<boolean> {
  if (crashesOf(run) <= FORGIVEN_CRASHES) return false
  const lines = await engine.store.runs.timeline(run.id)
  const round = lines.slice(lines.findLastIndex(({ kind }) => kind === 'reopened') + 1)
  const lastStep = round.findLast(({ kind }) => kind === 'step')?.attempt ?? 0
  return run.attempt - lastStep > FORGIVEN_CRASHES
}

function attemptsOf(run: Run, engine: Engine): number {
  const { route, piece } = run.task
  if (piece?.attempts !== undefined) return piece.attempts
  return (route && findEntry(engine.catalog(), route.scene, route.command)?.attempts) ?? 1
}

/** 1, 2, 4 … 60 s, up to half of it more, so that what failed together does not come back together. */
function backoffMs(attempt: number): number {
  const base = Math.min(60_000, 1_000 * 2 ** (attempt - 1))
  return Math.round(base * (1 + Math.random() / 2))
}
