import type { Log } from '../../core/log.ts'
import { type Part, textIn } from '../../core/message/part.ts'
import { retryWhileUnavailable } from '../../core/retry-while-unavailable.ts'
import type { Outcome } from '../../core/task/outcome.ts'
import type { EndState, Run, TimelineEvent } from '../../core/task/run.ts'
import type { Say } from '../../core/task/say.ts'
import type { Task } from '../../core/task/task.ts'
import { firstEnd } from '../../core/task/wait.ts'
import type { Lang } from '../../core/text/lang.ts'
import type { Runs, Store } from '../../store/store.ts'
import { isCompensatedAfter, notePendingIfRegistered } from '../compensation/pending.ts'
import { type ChildTask, type FanOut, isChild } from '../fan-out/fan-out.ts'
import { ANSWER, type Attempt } from './attempt.ts'
import { backoffMs } from './retries.ts'
import { sentences } from './sentences.ts'

/**
 * So many child tasks have a line each in their parent's timeline, which is short, and those beyond only when they
 * fail.
 */
const CHILDREN_TOLD = 50

export interface ConcludePorts {
  store: Pick<Store, 'steps' | 'settings'> & { runs: Pick<Runs, 'finish' | 'release' | 'suspend' | 'note'> }
  say: Say
  fanOut: Pick<FanOut, 'endChild'>
  /** The task has ended: whoever waits for it may go on. */
  ended(task: Task): Promise<void>
  now(): number
  log: Log
}

/** What is written down of an attempt: how it ended, whether it was the task's last, and when it began. */
export interface Concluded {
  attempt: Attempt
  isLast: boolean
  startedAt: number
}

/**
 * Writes the attempt's end down, the answer first: dying in between says it again under the same id, which is sent
 * once. What was worked out is not lost to a store that is away for a moment.
 */
export async function conclude(
  run: Run,
  lang: Lang,
  { attempt, isLast, startedAt }: Concluded,
  ports: ConcludePorts,
): Promise<Outcome> {
  const { runs } = ports.store
  const now = ports.now()
  const eventOf = (kind: TimelineEvent['kind'], text?: string): TimelineEvent => ({
    at: now,
    kind,
    ms: now - startedAt,
    attempt: run.attempt,
    text,
  })
  const started: TimelineEvent = { at: startedAt, kind: 'started', attempt: run.attempt }

  async function finish(end: EndState): Promise<void> {
    if (isCompensatedAfter(end.state)) await retryWhileUnavailable(() => notePendingIfRegistered(run, ports))
    if (isChild(run.task)) await endChild(run, run.task, { end, attempt, eventOf }, ports)
    await retryWhileUnavailable(() =>
      runs.finish(run.id, run.fencingToken, end, [started, eventOf(end.state, end.why)], now),
    )
    if (run.task.parent !== undefined && run.task.piece === undefined)
      await retryWhileUnavailable(() => ports.ended(run.task))
    ports.log.info({ taskId: run.id, state: end.state, attempt: run.attempt, ms: now - startedAt }, 'task ended')
  }

  async function sayLast(parts: readonly Part[] | undefined): Promise<void> {
    // A child gives its value back, and its parent says what is to be said.
    if (parts === undefined || parts.length === 0 || run.task.piece !== undefined) return
    await retryWhileUnavailable(() => ports.say({ task: run.task, generation: run.generation, name: ANSWER, parts }))
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
    case 'interrupted': {
      const snoozed = eventOf('snoozed', attempt.why ?? 'the process stops')
      await runs.release(run.id, run.fencingToken, [started, snoozed], true, now)
      return { state: 'snoozed', forMs: 0 }
    }
    case 'waits': {
      const { waits, isQuiet = false } = attempt
      const waiting = eventOf('waits', waits.map(({ kind, name }) => `${kind} ${name}`).join(', '))
      const events = isQuiet ? [] : [started, waiting]
      const how = await retryWhileUnavailable(() => runs.suspend(run.id, run.fencingToken, waits, events, ports.now()))
      if (how === 'lost') return { state: 'done' }
      return how === 'again' ? { state: 'snoozed', forMs: 0 } : { state: 'waits', untilMs: firstEnd(waits) }
    }
    case 'failed': {
      const error = new Error(attempt.why)
      const failures = run.failures + 1
      if (!isLast) {
        const retryInMs = backoffMs(failures)
        await runs.release(run.id, run.fencingToken, [started, eventOf('retry', attempt.why)], false, now)
        ports.log.warn({ taskId: run.id, attempt: run.attempt, retryInMs }, 'attempt failed')
        return { state: 'failed', error, retryInMs }
      }
      await sayLast(attempt.say ?? textIn(lang, sentences.failed(run.number, failures)))
      await finish({ state: 'failed', why: attempt.why })
      return { state: 'failed', error }
    }
  }
}

/** Before the child is over: whoever dies in between does both once more. */
async function endChild(
  run: Run,
  task: ChildTask,
  ended: { end: EndState; attempt: Attempt; eventOf(kind: TimelineEvent['kind'], text: string): TimelineEvent },
  { store, fanOut }: ConcludePorts,
): Promise<void> {
  const { end, attempt, eventOf } = ended
  const why = end.why?.split('\n', 1)[0] ?? ''
  const value = attempt.state === 'done' ? (attempt.value ?? null) : null
  await fanOut.endChild(task, end.state === 'done' ? { state: 'done', value } : { state: end.state, why })
  const { parent, piece } = task
  const line = {
    ...eventOf('piece', `${piece.name} ${piece.index + 1} · ${end.state}`),
    child: { id: run.id, number: run.number },
  }
  if (end.state !== 'done' || piece.index < CHILDREN_TOLD)
    await retryWhileUnavailable(() => store.runs.note(parent.id, [line]))
}
