import type { OutboxQueues } from '../queues/deliveries.ts'
import type { Log } from '../src/core/log.ts'
import type { Task } from '../src/core/task/task.ts'
import { owedTasks } from '../src/engine/compensation/pending.ts'
import type { Store } from '../src/store/store.ts'

export interface SweeperPorts {
  store: Pick<Store, 'runs' | 'rows' | 'outbox' | 'leases' | 'settings' | 'sweep'>
  enqueue(task: Task): Promise<void>
  /** Has a task that was put off begin as soon as it may. */
  call(lane: string, taskId: string): Promise<void>
  looks: OutboxQueues
  holder: string
  /** How long the claims of a killed process stand. */
  leaseMs: number
  now(): number
  log: Log
}

/** A round is this share of a lease; who sweeps goes on doing so for three rounds without a word. */
const ROUND = 0.2
const AT_ONCE = 500
/** Rounds between two looks for tasks without a living worker. The queue finds most of them itself; a task that merely waits long is added in vain. */
const TASKS_EVERY = 5
/** So many leases after its last sign of life nobody works at a task. */
const OVERDUE_LEASES = 1.5
/** Rounds between two clean-ups of what is past its keeping time. */
const CLEAN_EVERY = 30

/**
 * Repairs what a crash between two moves leaves behind, in one process at a time: lines with something due that nobody looks at,
 * tasks whose worker died or that were not taken back, rows whose next one nobody called. Doing it once too often is harmless: looks and tasks are claimed in the store. Returns how to stop it.
 */
export function startSweeper(ports: SweeperPorts): () => Promise<void> {
  const { store, enqueue, call, looks, holder, leaseMs, now, log } = ports
  const everyMs = leaseMs * ROUND
  let round = 0
  let sweeping: Promise<void> = Promise.resolve()

  async function sweep(): Promise<void> {
    if (!(await store.leases.take('sweeper', holder, now(), 3 * everyMs))) return
    for (const line of await store.outbox.due(now(), AT_ONCE)) await looks.look(line, now(), now())
    const parked = await store.rows.parkedHeads(now(), AT_ONCE)
    await Promise.all(parked.map(({ id, task }) => call(task.lane, id)))
    if (round % TASKS_EVERY === 0) {
      // Side by side, so that the embedded store takes them in a few calls: one after the other, 500 of them held it up for seconds.
      const overdue = await store.runs.overdue(now() - OVERDUE_LEASES * leaseMs, AT_ONCE)
      const owed = await owedTasks(store, now(), AT_ONCE)
      await Promise.all(owed.map(({ task }) => enqueue({ ...task, held: undefined, row: undefined })))
      await Promise.all(overdue.map((run) => enqueue({ ...run.task, held: undefined })))
    }
    if (round % CLEAN_EVERY === 0) await store.sweep(now(), 10_000)
    round++
  }

  const timer = setInterval(() => {
    sweeping = sweeping
      .then(sweep)
      .catch((error: unknown) => log.warn({ error: String(error) }, 'a sweep was cut short'))
  }, everyMs)

  return async () => {
    clearInterval(timer)
    await sweeping
    await store.leases.release('sweeper', holder).catch(() => undefined)
  }
}
