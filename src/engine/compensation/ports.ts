import type { Log } from '../../core/log.ts'
import type { Run } from '../../core/task/run.ts'
import type { Say } from '../../core/task/say.ts'
import type { Store } from '../../store/store.ts'
import type { Languages } from '../people/languages.ts'

/** What calling a command again has come to. `failed` may go better another time, `gone` will not. */
export type CalledAgain = { state: 'done' } | { state: 'interrupted' } | { state: 'failed' | 'gone'; why: string }

/**
 * Calls the command of an ended task once more, as far as its kept steps go, and has it undo what it registered under
 * these names.
 */
export type CallAgain = (
  run: Run,
  undoes: readonly string[],
  limitMs: number,
  shutdown: AbortSignal,
) => Promise<CalledAgain>

export interface CompensationPorts {
  store: Pick<Store, 'runs' | 'steps' | 'settings' | 'leases' | 'counters'>
  callAgain: CallAgain
  say: Say
  languages: Pick<Languages, 'of'>
  /** How long the claim of a worker that died stands. */
  leaseMs: number
  graceMs: number
  changed(taskId: string): void
  now(): number
  log: Log
}
