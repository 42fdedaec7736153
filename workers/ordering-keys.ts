import type { TaskQueues } from '../queues/tasks.ts'
import type { Log } from '../src/core/log.ts'
import type { Overlap } from '../src/core/task/ordering-key.ts'
import type { Outcome } from '../src/core/task/outcome.ts'
import { liveStates, newRunOf, type Run } from '../src/core/task/run.ts'
import type { Task } from '../src/core/task/task.ts'
import { whyOf } from '../src/core/text/why.ts'
import type { Interrupt } from '../src/engine/control/interrupt.ts'
import type { OrderingKeys } from '../src/store/ordering-keys.ts'
import { gather, mergedOf } from './merge.ts'

/** How long a parked task stays away when nobody calls it: neither who was before it, nor the sweeper. */
const PARKED_MS = 5 * 60_000
/** Where few wait, most end without being asked, so that their jobs do not outstay them. */
const BRIEFLY_PARKED_MS = 15_000
/** So many under an ordering key are looked at for what can be merged. */
const LOOKED_AT = 100

export interface RowPorts {
  orderingKeys: OrderingKeys
  tasks: Pick<TaskQueues, 'promote'>
  overlapOf(channel: string): Overlap
  interrupt: Interrupt
  now(): number
  log: Log
}

export interface KeyedTurns {
  /**
   * Does the task's work when its turn under its ordering key has come; else has it put off, which holds no slot, and
   * rejects as `putOff` does. Whoever ends calls the next one.
   */
  take(
    task: Task & { orderingKey: string },
    work: () => Promise<Outcome>,
    putOff: (forMs: number) => Promise<unknown>,
  ): Promise<Outcome>
}

type Turn = { state: 'now' } | { state: 'behind' | 'ripens'; forMs: number }

/**
 * The store says whose turn it is, so the order holds between processes and after a kill; a call that is lost is made
 * up for by the sweeper.
 */
export function openKeyedTurns({ orderingKeys, tasks, overlapOf, interrupt, now, log }: RowPorts): KeyedTurns {
  async function attemptKeyOf(task: Task & { orderingKey: string }): Promise<Turn> {
    const at = now()
    const overlap = overlapOf(task.message.from.channel)
    const forMs = overlap.mode === 'queue' ? PARKED_MS : BRIEFLY_PARKED_MS
    const { run, head } = await orderingKeys.join(newRunOf(task), task.orderingKey, at, at + forMs)
    // Of one that has ended nothing is left to do, which its attempt finds out.
    if (!liveStates.includes(run.state)) return { state: 'now' }
    if (head !== task.id) {
      if (overlap.mode !== 'interrupt') return { state: 'behind', forMs }
      await interrupt(run)
      if ((await orderingKeys.head(task.orderingKey))?.id !== task.id) return { state: 'behind', forMs }
    }
    return overlap.mode === 'merge' && isFresh(run) ? ripen(task, overlap.mergeMs) : { state: 'now' }
  }

  /** Waits for what belongs to it, and takes it in. */
  async function ripen(task: Task & { orderingKey: string }, mergeMs: number): Promise<Turn> {
    for (;;) {
      const [first, ...rest] = await orderingKeys.list(task.orderingKey, LOOKED_AT)
      // Ended or opened again meanwhile: its attempt, or the next look, finds out.
      if (first?.id !== task.id) return first === undefined ? { state: 'now' } : { state: 'behind', forMs: 0 }
      const { others, ripeAt } = gather(first, rest.filter(isFresh), mergeMs)
      const forMs = ripeAt - now()
      if (forMs > 0) return { state: 'ripens', forMs }
      if (others.length === 0) return { state: 'now' }
      // One that was cancelled meanwhile drops out.
      if (!(await orderingKeys.merge(mergedOf(task.orderingKey, first, others, now()), now()))) continue
      log.info({ taskId: first.id, merged: others.map(({ id }) => id) }, 'questions merged')
      // They have ended; called, their jobs find that out and are gone.
      for (const { id, task: its } of others) await call(its.lane, id)
      return { state: 'now' }
    }
  }

  async function call(lane: string, id: string): Promise<void> {
    await tasks.promote(lane, id).catch((error: unknown) => {
      log.warn({ taskId: id, error: whyOf(error) }, 'a parked task was not called; the sweeper calls it')
    })
  }

  /** Calls whoever stands at the head, when `isToBeCalled`. */
  async function callHead(orderingKey: string, isToBeCalled: (head: Run) => boolean): Promise<void> {
    try {
      const head = await orderingKeys.head(orderingKey)
      if (head !== undefined && isToBeCalled(head)) await call(head.task.lane, head.id)
    } catch (error) {
      log.warn({ orderingKey, error: whyOf(error) }, 'the next of a row was not called; the sweeper calls it')
    }
  }

  return {
    async take(task, work, putOff) {
      const attemptKey = await attemptKeyOf(task)
      if (attemptKey.state === 'now') {
        const outcome = await work()
        if (!goesOn(outcome)) await callHead(task.orderingKey, ({ id }) => id !== task.id)
        return outcome
      }
      try {
        await putOff(attemptKey.forMs)
      } finally {
        // Its turn may have come while it was put aside.
        if (attemptKey.state === 'behind') await callHead(task.orderingKey, ({ id }) => id === task.id)
      }
      return { state: 'snoozed', forMs: attemptKey.forMs }
    },
  }
}

function goesOn(outcome: Outcome): boolean {
  return (
    outcome.state === 'snoozed' ||
    outcome.state === 'waits' ||
    (outcome.state === 'failed' && outcome.retryInMs !== undefined)
  )
}

/** Never begun: what it did in an earlier attempt or generation is kept, and would not fit to more words. */
function isFresh({ state, attempt, generation }: Run): boolean {
  return state === 'waiting' && attempt === 0 && generation === 0
}
