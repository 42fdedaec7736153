import { randomBytes } from 'node:crypto'
import type { Config } from '../../config/config.ts'
import { type Backend, openBackend } from '../../queues/backend.ts'
import { openTaskQueues, type TaskQueues } from '../../queues/tasks.ts'
import type { Exchange } from '../channels/channel.ts'
import type { Log } from '../core/log.ts'
import { CONTROL_LANE } from '../core/task/lane.ts'
import { openExchange } from '../store/exchange.ts'
import type { Store } from '../store/store.ts'
import { taskChanges } from './adapters/task-changes.ts'
import { connectionLog } from './machine/connection-log.ts'
import type { Machine } from './machine/machine.ts'
import type { Stopping } from './machine/stopping.ts'

/** The store is closed whatever else is not: this is its own time, after the deadline of the stop. */
const STORE_MS = 3_000

/** The store, the queues beside it, and what the processes of an installation tell each other by them. */
export interface StoreSide {
  /** This process, as leases and held requests name it. */
  processId: string
  store: Store
  backend: Backend
  tasks: TaskQueues
  exchange: Exchange
  /** The task's record changed: whoever shows it may look. */
  changed(taskId: string): void
  now(): number
  log: Log
  /** Closes all but the store, whose queues others may still close. */
  quieten(stopping: Stopping): Promise<void>
  close(stopping: Stopping): Promise<void>
}

export async function openStoreSide(
  config: Pick<Config, 'redisUrl' | 'dataDir' | 'limits' | 'lanes'>,
  { log, openStore, now }: Machine,
): Promise<StoreSide> {
  const onError = connectionLog(log)
  const { store, queuesAt } = await openStore(config, log, onError)
  const processId = `p${randomBytes(8).toString('hex')}`
  const backend = openBackend(queuesAt, { leaseMs: config.limits.leaseMs, onError })
  const tasks = openTaskQueues(backend, [CONTROL_LANE, ...Object.keys(config.lanes)])
  const exchange = await openExchange({ signals: store.signals, settings: store.settings, now, processId, log })
  const changes = taskChanges(store.signals, log)
  return {
    processId,
    store,
    backend,
    tasks,
    exchange,
    changed: changes.note,
    now,
    log,
    async quieten(stopping) {
      await stopping.close('what tells of changed tasks', () => changes.close())
      await stopping.close('the exchange between processes', () => exchange.close())
      await stopping.close('the queues of tasks', () => tasks.close())
    },
    async close(stopping) {
      await stopping.close('the queues', () => backend.close())
      await stopping.close('the store', () => store.close(), STORE_MS)
    },
  }
}
