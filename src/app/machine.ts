import type { Log } from '../core/log.ts'
import type { openStore } from './open-store.ts'

/** What stands between an installation and its machine; tests give their own. */
export interface Machine {
  log: Log
  openStore: typeof openStore
  now(): number
}
