import type { OutboxQueues } from '../queues/deliveries.ts'
import type { Log } from '../src/core/log.ts'
import type { Task } from '../src/core/task/task.ts'
import { pendingCompensations } from '../src/engine/compensation/pending.ts'
import type { ScratchRoot } from '../src/engine/files/scratch.ts'
import type { Store } from '../src/store/store.ts'
import { type Chore, forEach, startChores } from './chores.ts'

export interface SweeperPorts {
  store: Pick<Store, 'runs' | 'orderingKeys' | 'outbox' | 'leases' | 'settings' | 'counters' | 'sweep'>
  enqueue(task: Task): Promise<void>
  /** Has a task that was put off begin as soon as it may. */
  promote(lane: string, taskId: string): Promise<void>
  wakes: OutboxQueues
  holder: string
  /** How long the claims of a killed process stand. */
  leaseMs: number
  /** Chores of other rooms. */
  others?: readonly Chore[]
  now(): number
  log: Log
}

const AT_ONCE = 500
/** The share of a lease after which it is looked what is due. */
const TICK = 0.2
/** The queue finds most tasks without a living worker itself; a task that merely waits long is added in vain. */
const TASKS_EVERY = 5 * TICK
/** So many leases after its last sign of life nobody works at a task. */
const OVERDUE_LEASES = 1.5
/** Between two clean-ups of what is past its keeping time. */
const CLEAN_EVERY = 30 * TICK
const SCRATCH_MS = 60_000
const CLEANED_AT_ONCE = 10_000

/**
 * Repairs what a crash between two moves leaves behind: wakes and tasks are claimed in the store. Returns how to stop
 * it.
 */
export function startSweeper(ports: SweeperPorts): () => Promise<void> {
  const { store, holder, leaseMs, others = [], now, log } = ports
  return startChores([...repairs(ports), ...others], { store, holder, tickMs: leaseMs * TICK, now, log })
}

/** Takes away what killed processes have left on this disk, which only a process of this machine can see. */
export function scratchChore(scratch: Pick<ScratchRoot, 'removeDead'>): Chore {
  return { name: 'scratch', everyMs: SCRATCH_MS, by: 'each', work: () => scratch.removeDead() }
}

function repairs({ store, enqueue, promote, wakes, leaseMs, now }: SweeperPorts): Chore[] {
  const each = (name: string, leases: number, work: Chore['work']): Chore => ({
    name,
    everyMs: leases * leaseMs,
    by: 'one',
    work,
  })
  return [
    // Lines with something due that nobody looks at.
    each('deliveries', TICK, async () => {
      await forEach(await store.outbox.due(now(), AT_ONCE), (line) => wakes.wake(line, now(), now()))
    }),
    // Heads of their ordering key that nobody called.
    each('ordering-keys', TICK, async () => {
      await forEach(await store.orderingKeys.parkedHeads(now(), AT_ONCE), ({ id, task }) => promote(task.lane, id))
    }),
    // Tasks whose worker died, whose job was lost, or whose time to wake has passed. Side by side the embedded store
    // takes them in a few calls.
    each('tasks', TASKS_EVERY, async () => {
      const overdue = await store.runs.overdue(now() - OVERDUE_LEASES * leaseMs, AT_ONCE)
      await forEach(overdue, ({ task }) => enqueue({ ...task, held: undefined }))
    }),
    // Compensation that is pending because whoever was to do it died.
    each('compensation', TASKS_EVERY, async () => {
      const pending = await pendingCompensations(store, now(), AT_ONCE)
      await forEach(pending, ({ task }) => enqueue({ ...task, held: undefined, orderingKey: undefined }))
    }),
    each('cleaning', CLEAN_EVERY, async () => {
      await store.sweep(now(), CLEANED_AT_ONCE)
    }),
  ]
}
