import type { Run } from '../../core/task/run.ts'
import type { Wait, WaitOrder } from '../../core/task/wait.ts'
import type { Lang } from '../../core/text/lang.ts'
import { answer } from './answer.ts'
import { approval } from './approval.ts'
import type { OrderOf, Waited, WaitKind, WaitOf } from './kind.ts'
import type { WaitingPorts } from './ports.ts'
import { sleep } from './sleep.ts'

/**
 * Whatever a command may wait for. That it waits for tasks and child tasks comes of what it called, not of an order.
 */
const kinds: { [Kind in WaitOrder['kind']]: WaitKind<OrderOf<Kind>, WaitOf<Kind>> } = { sleep, approval, answer }

/** The row of its own kind, so it takes the order. */
function kindOf({ kind }: WaitOrder): WaitKind<WaitOrder, Wait> {
  return kinds[kind]
}

/**
 * Begins a wait and tells people of it. Asked again by a later attempt, it is the same wait: same end, asked aloud
 * once.
 */
export async function waitFor(order: WaitOrder, run: Run, lang: Lang, ports: WaitingPorts): Promise<Waited> {
  const kind = kindOf(order)
  const begun = await kind.begin(order, run, ports)
  if ('value' in begun) return begun
  for (const { name, parts } of kind.asks(begun.waits, run, lang, ports.now())) {
    await ports.say({ task: run.task, generation: run.generation, name, parts, toChat: true })
  }
  return begun
}

/** What a wait has come to, without asking or beginning anything; undefined when it goes on or was never begun. */
export function endOfWait(order: WaitOrder, run: Run, ports: WaitingPorts): Promise<{ value: unknown } | undefined> {
  return kindOf(order).endOf(order, run, ports)
}

/** What a wait comes to in a dry run, and the line of its timeline. */
export function dryEndOf(order: WaitOrder, lang: Lang): { value: unknown; note: string } {
  return kindOf(order).dry(order, lang)
}
