import type { Part } from '../../core/message/part.ts'
import type { Run } from '../../core/task/run.ts'
import type { Wait, WaitOrder } from '../../core/task/wait.ts'
import type { Lang } from '../../core/text/lang.ts'
import type { WaitingPorts } from './ports.ts'

export type OrderOf<Kind extends WaitOrder['kind']> = Extract<WaitOrder, { kind: Kind }>
export type WaitOf<Kind extends WaitOrder['kind']> = Extract<Wait, { kind: Kind }>

/** What the engine does about one kind of wait; all of them stand in `waits.ts`. */
export interface WaitKind<Order extends WaitOrder, OfKind extends Wait> {
  /** Begins it. Asked again by a later attempt, it is the same wait: same end, same code. */
  begin(order: Order, run: Run, ports: WaitingPorts): Promise<{ value: unknown } | { waits: OfKind }>
  /** What people are told of it by now, with the buttons that end it; each under its name is said once. */
  asks(wait: OfKind, run: Run, lang: Lang, now: number): readonly { name: string; parts: Part[] }[]
  /** What it has come to, without beginning anything; undefined when it goes on or was never begun. */
  endOf(order: Order, run: Run, ports: WaitingPorts): Promise<{ value: unknown } | undefined>
  /** What it comes to in a dry run, which asks nobody and waits for nothing, and the line of its timeline. */
  dry(order: Order, lang: Lang): { value: unknown; note: string }
}

/** What a wait has come to, or that it goes on. */
export type Waited = { value: unknown } | { waits: Wait }

/** Under which what the engine keeps of waits stands among the steps of their run; authors' names never begin so. */
export const WAIT_PREFIX = 'wait:'
