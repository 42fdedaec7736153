import type { HostCall, ToHost } from '../protocol.ts'
import type { TakeName } from './names.ts'
import type { Suspension } from './suspension.ts'
import type { Undoing } from './undoing.ts'

export type RunOrder = Extract<ToHost, { kind: 'run' }>

/** What a running command may ask of the engine. */
export interface Outside {
  /** Rejects when the engine could not do it. `ofParent`: in the name of the task that this one is a piece of. */
  call(call: HostCall, ofParent?: boolean): Promise<unknown>
  progress(percent: number, text?: string): void
  log(text: string): void
}

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
