import type { Log } from '../../core/log.ts'
import { textIn } from '../../core/message/part.ts'
import { retryWhileUnavailable } from '../../core/retry-while-unavailable.ts'
import { liveStates, type Run } from '../../core/task/run.ts'
import type { Say } from '../../core/task/say.ts'
import type { Task } from '../../core/task/task.ts'
import { endSignal } from '../../core/task/waits/tasks.ts'
import { stepsNamed } from '../../store/named-steps.ts'
import type { Store } from '../../store/store.ts'
import {
  compensationState,
  compensationSteps,
  isCompensatedAfter,
  mayCompensate,
  mayCompensateNow,
  notePending,
} from '../compensation/pending.ts'
import { type FanOut, isChild } from '../fan-out/fan-out.ts'
import { childIdsIn, TOOL_PREFIX } from '../llm/tools/names.ts'
import type { Languages } from '../people/languages.ts'
import type { SignalRun } from '../waiting/ports.ts'
import { sentences } from './sentences.ts'

/** The signal that carries a cancel to whichever process runs the task. */
export const CANCEL_TOPIC = 'cancel'

/** What people and operators can do with a task; the chat commands, the API and the dashboard all come here. */
export interface TaskControl {
  /**
   * Ends a live task wherever it is. Its person is told, unless it was they who asked. False when it had ended.
   * `again`: whoever asks may have been cut short at it, so what they have cancelled already is gone on with.
   */
  cancel(run: Run, by: string, options?: { again?: boolean }): Promise<boolean>
  /**
   * Runs an ended task again under its number: from the step that failed, or `fresh` from the start, as what was taken
   * back is in any case. False when it is live or still being taken back.
   */
  retry(run: Run, by: string, options?: { fresh?: boolean }): Promise<boolean>
  /** Tells the task that called this one as a tool, if any, that it has ended. */
  ended(task: Task): Promise<void>
  /** What a model has called for this task, and its child tasks, are not wanted any more. */
  endCalled(run: Run, by: string): Promise<void>
  /** Tells a run what it may be waiting for; see `Runs.signal`. */
  signal: SignalRun
}

export interface TaskControlPorts {
  store: Pick<Store, 'runs' | 'steps' | 'settings' | 'grants' | 'signals'>
  enqueue(task: Task): Promise<void>
  /** Has a worker of the lane look at a run at that moment. */
  wake(lane: string, taskId: string, at: number, now: number): Promise<void>
  /** Has a task that was put off begin as soon as it may. */
  promote(lane: string, taskId: string): Promise<void>
  fanOut: FanOut
  say: Say
  languages: Pick<Languages, 'of'>
  changed(taskId: string): void
  now(): number
  log: Log
}

export function openTaskControl({
  store,
  enqueue,
  wake,
  promote,
  fanOut,
  say,
  languages,
  changed,
  now,
  log,
}: TaskControlPorts): TaskControl {
  const record = (by: string, what: string) => store.grants.record({ at: now(), by, what })
  async function end(run: Run, by: string): Promise<boolean> {
    if (mayCompensate(run)) await notePending(run, store, now())
    const was = await store.runs.cancel(run.id, cancelledBy(by), by, now())
    if (was === undefined) return false
    await follow(run, by, was)
    return true
  }

  /** What follows from an end that is written down; safe to repeat. */
  async function follow(run: Run, by: string, was: 'waiting' | 'running'): Promise<void> {
    await store.signals.publish(CANCEL_TOPIC, { id: run.id })
    changed(run.id)
    log.info({ taskId: run.id, by, was }, 'task cancelled')
    // Put off for its turn it would be in the queue for long; its job comes, finds its end and is gone.
    if (was === 'waiting' && run.task.orderingKey !== undefined) await promote(run.task.lane, run.id).catch(() => {})
    await ended(run.task, cancelledBy(by))
    // One that runs is taken back by its worker, when its attempt is over.
    if (was === 'waiting' && mayCompensate(run) && (await mayCompensateNow(run, store, now())))
      await wake(run.task.lane, run.id, now(), now())
  }

  async function ended(task: Task, why = 'cancelled'): Promise<void> {
    const { id, parent } = task
    if (parent === undefined) return
    const at = now()
    if (isChild(task)) {
      // With its parent the others end as well.
      const run = await store.runs.find(parent.id)
      if (run !== undefined && liveStates.includes(run.state)) await fanOut.endChild(task, { state: 'cancelled', why })
      return
    }
    if ((await store.runs.signal(parent.id, endSignal(id), true, [], at)) !== 'first') return
    // One that runs looks by itself, and the one that is about to give its slot up is told of the signal then.
    const caller = await store.runs.find(parent.id)
    if (caller?.state === 'waiting') await wake(caller.task.lane, caller.id, at, at)
  }

  async function endCalled(run: Run, by: string): Promise<void> {
    const called = childIdsIn(run.id, await stepsNamed(run.id, [TOOL_PREFIX], store.steps))
    for (const id of [...called, ...(await fanOut.underWay(run.id))]) {
      const child = await store.runs.find(id)
      if (child !== undefined && liveStates.includes(child.state)) await end(child, by)
    }
  }

  return {
    async cancel(run, by, { again = false } = {}) {
      if (again && run.state === 'cancelled' && run.why === cancelledBy(by)) await follow(run, by, 'waiting')
      else if (!(await end(run, by))) return false
      await endCalled(run, by)
      if (by !== run.owner) {
        await record(by, `cancel #${run.number}`)
        const lang = await languages.of(run.task.message)
        await say({
          task: run.task,
          generation: run.generation,
          name: 'cancelled',
          parts: textIn(lang, sentences.cancelled(run.number)),
        })
      }
      return true
    },
    async retry(run, by, options = {}) {
      const at = now()
      const undone =
        mayCompensate(run) && isCompensatedAfter(run.state)
          ? compensationState(await compensationSteps(run, store))
          : 'none'
      if (undone === 'owed') return false
      // What a dry run has said is among its steps: what it says now would be a repeat.
      const fresh = options.fresh === true || run.task.dry !== undefined || undone === 'taken-back'
      const how = fresh ? ' --fresh' : ''
      if (!(await store.runs.reopen(run.id, [{ at, kind: 'reopened', text: by + how }], at, { fresh }))) return false
      if (by !== run.owner) await record(by, `retry #${run.number}${how}`)
      // Dying before this leaves it waiting without a job; the sweeper finds it.
      await enqueue(withoutHold(run.task))
      changed(run.id)
      log.info({ taskId: run.id, by, fresh }, 'task opened again')
      return true
    },
    ended,
    endCalled,
    async signal(run, name, value, said) {
      const at = now()
      const how = await store.runs.signal(run.id, name, value, [{ at, kind: 'signal', text: said }], at)
      // Dying before this leaves it to the sweeper.
      if (how === 'first') await retryWhileUnavailable(() => wake(run.task.lane, run.id, at, at))
      changed(run.id)
      return how
    },
  }
}

function cancelledBy(by: string): string {
  return `cancelled by ${by}`
}

/** The request that once waited for the answer is long gone. */
function withoutHold(task: Task): Task {
  return { ...task, held: undefined, priority: 0 }
}
