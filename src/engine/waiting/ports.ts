import type { Run } from '../../core/task/run.ts'
import type { Say } from '../../core/task/say.ts'
import type { Store } from '../../store/store.ts'

/** Tells a run what it may be waiting for; see `Runs.signal`. */
export type SignalRun = (run: Run, name: string, value: unknown, said: string) => Promise<'first' | 'known' | 'gone'>

/** What beginning a wait, or looking at one, takes. */
export interface WaitingPorts {
  store: Pick<Store, 'runs' | 'steps' | 'settings'>
  say: Say
  now(): number
}

/** What finding a wait that people end, and ending it, takes. */
export interface EndingPorts {
  store: Pick<Store, 'runs' | 'steps'>
  signal: SignalRun
  now(): number
}
