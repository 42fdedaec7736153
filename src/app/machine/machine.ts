import type { Log } from '../../core/log.ts'
import { openStore } from './open-store.ts'

/** What stands between an installation and its machine; tests give their own. */
export interface Machine {
  log: Log
  openStore: typeof openStore
  now(): number
}

/** The real one, but for what is given. */
export function machineWith(log: Log, given: Partial<Omit<Machine, 'log'>> = {}): Machine {
  return { log, openStore: given.openStore ?? openStore, now: given.now ?? Date.now }
}
