import { insist } from '../../core/insist.ts'
import type { Run } from '../../core/task/run.ts'
import type { Lang } from '../../core/text/lang.ts'
import type { HostCall } from '../host/protocol.ts'
import { keptSteps } from '../steps/kept-steps.ts'
import { coolDown } from '../waiting/cool-down.ts'
import { waitFor } from '../waiting/waits.ts'
import type { Engine } from './engine.ts'

/** Answers what a piece asks in its parent's name, on its way to its own work: what an attempt at the parent would be answered. */
export function answersOfParent(piece: Run, lang: Lang, engine: Engine): (call: HostCall) => Promise<unknown> {
  const { runs, steps } = engine.store
  const { parent } = piece.task
  let finding: Promise<Run> | undefined

  async function find(): Promise<Run> {
    const run = parent && (await insist(() => runs.find(parent.id)))
    if (run === undefined) throw new Error('the task that it is a piece of is gone')
    return run
  }
  const found = (): Promise<Run> => (finding ??= find())

  return async (call) => {
    const run = await found()
    switch (call.method) {
      case 'keptSteps':
        return insist(() => keptSteps(run.id, steps))
      case 'findStep':
        return insist(() => steps.find(run.id, call.name))
      case 'wait':
        return insist(() => waitFor(call.order, run, lang, engine))
      case 'coolDown':
        return insist(() => coolDown(run, call.name, call.forMs, engine))
      case 'all':
        return engine.fanOut.all(run, call.order)
      default:
        throw new Error(`a piece does not ask for "${call.method}" in its parent's name`)
    }
  }
}
