import type { ToHost } from '../protocol.ts'
import type { TakeName } from './names.ts'
import type { Outside } from './outside.ts'
import type { Suspension } from './suspension.ts'
import type { Undoing } from './undoing.ts'

export type RunOrder = Extract<ToHost, { kind: 'run' }>

/** What the parts of a context are made from, in one attempt. */
export interface Setting {
  order: RunOrder
  outside: Outside
  signal: AbortSignal
  takeName: TakeName
  suspension: Suspension
  /** It is called only to be taken back. */
  undoing?: Undoing
}
