import type { HostCall } from '../protocol.ts'

/** What a running command may ask of the engine. */
export interface Outside {
  /** Rejects when the engine could not do it. `ofParent`: in the name of the task that this one is a child task of. */
  call(call: HostCall, ofParent?: boolean): Promise<unknown>
  progress(percent: number, text?: string): void
  log(text: string): void
}
