import type { Run } from '../../../core/task/run.ts'
import type { Lang } from '../../../core/text/lang.ts'
import type { Store } from '../../../store/store.ts'
import type { FanOut } from '../../fan-out/fan-out.ts'
import { keptSteps } from '../../steps/kept-steps.ts'
import { coolDown } from '../../waiting/cool-down.ts'
import type { WaitingPorts } from '../../waiting/ports.ts'
import { endOfWait, waitFor } from '../../waiting/waits.ts'
import type { Handlers, ParentMethod } from './door.ts'

export interface RunCallPorts extends WaitingPorts {
  store: Pick<Store, 'runs' | 'steps' | 'settings'>
  fanOut: Pick<FanOut, 'all' | 'kept'>
}

/** What a command asks about its run's own record: what is kept, what it waits for, its child tasks. */
export function runHandlers(run: () => Promise<Run>, lang: Lang, ports: RunCallPorts): Pick<Handlers, ParentMethod> {
  const { store, fanOut } = ports
  return {
    async keptSteps() {
      return keptSteps((await run()).id, store.steps)
    },
    async findStep({ name }) {
      return store.steps.find((await run()).id, name)
    },
    async wait({ order, onlyKept }) {
      return onlyKept ? endOfWait(order, await run(), ports) : waitFor(order, await run(), lang, ports)
    },
    async all({ order, onlyKept }) {
      return onlyKept ? fanOut.kept(await run(), order.name) : fanOut.all(await run(), order)
    },
    async coolDown({ name, forMs }) {
      return coolDown(await run(), name, forMs, ports)
    },
  }
}

/** The same in the name of the task that this one is a child of: what an attempt at the parent would be answered. */
export function parentHandlers(child: Run, lang: Lang, ports: RunCallPorts): Pick<Handlers, ParentMethod> {
  let found: Run | undefined
  async function parentOf({ task: { parent } }: Run): Promise<Run> {
    found ??= parent && (await ports.store.runs.find(parent.id))
    if (found === undefined) throw new Error('the task that it is a child of is gone')
    return found
  }
  return runHandlers(() => parentOf(child), lang, ports)
}
