import { createHash } from 'node:crypto'
import type { Log } from '../../core/log.ts'
import { personKey } from '../../core/message/address.ts'
import { retryWhileUnavailable } from '../../core/retry-while-unavailable.ts'
import { type ChildEnd, type ChildItem, childTaskId } from '../../core/task/child-item.ts'
import { liveStates, type Run } from '../../core/task/run.ts'
import type { Task } from '../../core/task/task.ts'
import type { Wait } from '../../core/task/wait.ts'
import type { FanOutRecord } from '../../store/fan-outs.ts'
import type { Store } from '../../store/store.ts'

/** What a command asks for with `all`. */
export interface FanOutOrder {
  name: string
  /** Those of the first time count. */
  items: readonly unknown[]
  atOnce: number
  /** How many attempts each has; the command's when not said. */
  attempts?: number
}

/**
 * What an `all` has come to, in the order of its items; that it goes on; or that it is more than can be handed over.
 */
export type Fanned = { ends: ChildEnd[] } | { waits: Wait } | { tooLargeBytes: number }

/** A task that is one item of an `all`. */
export type ChildTask = Task & { piece: ChildItem; parent: NonNullable<Task['parent']> }

/**
 * Fan-outs: the items of an `all` as tasks of their own. Nobody is in charge of one: the child task that ends begins
 * the next one before it is over itself, so whoever dies in between does it once more, and the last one wakes its
 * parent.
 */
export interface FanOut {
  /**
   * Begins the first child tasks, or looks after those that are under way; asked again by a later attempt, it is the
   * same.
   */
  all(run: Run, order: FanOutOrder): Promise<Fanned>
  /** How the child tasks ended; undefined when there are none, or some have not. */
  kept(run: Run, name: string): Promise<Fanned | undefined>
  /** Keeps how a child task ended and does what follows: the next child task, or waking the parent. Safe to repeat. */
  endChild(task: ChildTask, end: ChildEnd): Promise<void>
  /** The ids of the child tasks of a run that are under way. */
  underWay(runId: string): Promise<string[]>
}

export interface FanOutPorts {
  store: Pick<Store, 'runs' | 'fanOuts'>
  /** Puts a task into its lane; again, it is left as it is. */
  enqueue(task: Task): Promise<void>
  /** The place in the lane of an owner's next task. */
  priorityOf(lane: string, owner: string): Promise<number>
  wake(lane: string, taskId: string, at: number, now: number): Promise<void>
  changed(taskId: string): void
  now(): number
  log: Log
}

/**
 * The parent is woken by the last child task; it looks besides, ever more rarely, for what a crash or a cancel left
 * behind.
 */
const FIRST_LOOK_MS = 60_000
/** More in one hand would be too much for a command's memory. */
const MOST_BYTES = 32 * 1024 * 1024

export function isChild(task: Task): task is ChildTask {
  return task.piece !== undefined && task.parent !== undefined
}

export function openFanOut({ store, enqueue, priorityOf, wake, changed, now, log }: FanOutPorts): FanOut {
  const { runs, fanOuts } = store

  /** `beside` is the parent, or a child task of it. */
  async function begin(
    beside: Run | ChildTask,
    piece: ChildItem,
    { generation, since }: Pick<FanOutRecord, 'generation' | 'since'>,
  ): Promise<void> {
    const { parent, task, owner } = 'task' in beside ? fromParent(beside) : fromPiece(beside)
    const id = childTaskId(parent.id, piece.fan, piece.index)
    const { lane, route, message, dry } = task
    const priority = await retryWhileUnavailable(() => priorityOf(lane, owner))
    // In a later generation there may be one that has failed; when all is done afresh, nothing of it counts any more.
    const fresh = generation === since
    const again = { at: now(), kind: 'reopened' as const, text: `#${parent.number}` }
    if (generation > 0) await retryWhileUnavailable(() => runs.reopen(id, [again], now(), { fresh }))
    await retryWhileUnavailable(() => enqueue({ id, lane, route, message, parent, piece, priority, dry }))
  }

  /** What is under way and is not, because somebody died or it was cancelled. */
  async function lookAfter(
    run: Run,
    fan: FanOutRecord,
    pieceOf: (index: number, item: unknown) => ChildItem,
  ): Promise<void> {
    for (const { index, item } of fan.underWay) {
      const child = await runs.find(childTaskId(run.id, fan.id, index))
      if (child === undefined || (!isLive(child) && (child.endedAt ?? 0) < fan.openedAt)) {
        await begin(run, pieceOf(index, item), fan)
      } else if (!isLive(child) && isChild(child.task)) {
        await endChild(child.task, { state: 'cancelled', why: child.why ?? child.state })
      }
    }
  }

  async function endChild(task: ChildTask, end: ChildEnd): Promise<void> {
    const { parent, piece } = task
    const settled = await retryWhileUnavailable(() => fanOuts.endChild(parent.id, piece.fan, piece.index, end))
    if (settled === undefined) return
    const { next, isLast, generation } = settled
    if (next !== undefined) await begin(task, { ...piece, ...next }, settled)
    changed(parent.id)
    if (!isLast) return
    const at = now()
    await retryWhileUnavailable(() => runs.signal(parent.id, lastSignal(piece.fan, generation), true, [], at))
    // Also when it knew: whoever told it may have died before this.
    await retryWhileUnavailable(() => wake(task.lane, parent.id, at, at))
    log.info({ taskId: parent.id, fan: piece.name }, 'all pieces have ended')
  }

  async function endsOf(run: Run, id: string): Promise<Fanned> {
    const ends = (await fanOuts.ends(run.id, id)).map((end) => end ?? lost)
    const bytes = ends.reduce((sum, end) => sum + (JSON.stringify(end)?.length ?? 0), 0)
    return bytes > MOST_BYTES ? { tooLargeBytes: bytes } : { ends }
  }

  return {
    async all(run, { name, items, atOnce, attempts }) {
      const id = fanId(name)
      const isCalled = run.task.parent === undefined ? undefined : true
      const pieceOf = (index: number, item: unknown): ChildItem => ({ fan: id, name, index, item, attempts, isCalled })
      let fan = await fanOuts.find(run.id, id, run.generation)
      if (fan === undefined) {
        fan = await fanOuts.open(run.id, { id, name, items, atOnce, generation: run.generation }, now())
        for (const { index, item } of fan.underWay) await begin(run, pieceOf(index, item), fan)
      } else if (fan.ended < fan.count) {
        await lookAfter(run, fan, pieceOf)
      }
      if (fan.ended < fan.count) {
        const untilMs = now() + Math.max(FIRST_LOOK_MS, now() - fan.openedAt)
        const signal = lastSignal(id, run.generation)
        return { waits: { kind: 'pieces', name, untilMs, signal, count: fan.count } }
      }
      return endsOf(run, id)
    },
    async kept(run, name) {
      const id = fanId(name)
      const fan = await fanOuts.find(run.id, id, run.generation)
      return fan === undefined || fan.ended < fan.count ? undefined : endsOf(run, id)
    },
    endChild,
    async underWay(runId) {
      const fans = await fanOuts.list(runId)
      return fans.flatMap((fan) => fan.underWay.map(({ index }) => childTaskId(runId, fan.id, index)))
    },
  }
}

const lost: ChildEnd = { state: 'failed', why: 'it is not known how it ended' }

function fanId(name: string): string {
  return createHash('sha1').update(name).digest('hex').slice(0, 10)
}

function lastSignal(fan: string, generation: number): string {
  return `pieces:${fan}:${generation}`
}

function isLive({ state }: Run): boolean {
  return liveStates.includes(state)
}

function fromParent({ id, number, task, owner }: Run) {
  return { parent: { id, number }, task, owner }
}

function fromPiece(task: ChildTask) {
  return { parent: task.parent, task, owner: personKey(task.message.from.channel, task.message.sender.id) }
}
