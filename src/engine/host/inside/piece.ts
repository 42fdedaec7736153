import { AsyncLocalStorage } from 'node:async_hooks'
import type { Command, CommandContext } from '../../../scenes/scene.ts'
import { MisuseError } from './misuse.ts'
import type { Outside } from './outside.ts'

type Context = CommandContext<Record<string, unknown>>

/** One item of an `all`. */
export interface WantedPiece {
  name: string
  index: number
  item: unknown
}

/** Set while the work for the item is done. */
const inWork = new AsyncLocalStorage<true>()

/**
 * Calls the command from its top, with what its parent has kept, up to the `all` with that name, and does the work for
 * the one item there: what that gives back. How the rest of the command goes is of no matter then. `own` is the context
 * of the child task, `parents` that of its parent.
 */
export async function runPiece(command: Command, piece: WantedPiece, own: Context, parents: Context): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  let isReached = false
  const all = (name: string, items: never[], work: (...given: unknown[]) => unknown, options?: object): unknown => {
    // Another one, which has ended before.
    if (name !== piece.name) return parents.all(name, items, work, { settle: false, ...options })
    isReached = true
    resolve(inWork.run(true, async () => work(piece.item, piece.index, { ...own, all: nested, onCancel: notInPiece })))
    return new Promise(() => undefined)
  }
  const missed = (error: unknown): void => {
    if (!isReached) reject(error)
  }
  const why = `all("${piece.name}") was not reached by its item ${piece.index + 1}: what comes before it has to go the same way each time`
  // The cast holds: all but `all` is as it was, and that takes what an author gives it.
  const context = { ...guarded(parents), all: refuseInWork('all', all) } as unknown as Context
  const whole = async (): Promise<unknown> => command.run(context)
  whole().then(() => missed(new MisuseError(why)), missed)
  return promise
}

/** What a child task may ask in its parent's name: what is kept, and nothing that has an effect. */
export function parentsOutside(outside: Outside, all: string): Outside {
  return {
    async call(call) {
      switch (call.method) {
        case 'say':
        case 'act':
        case 'onCancel':
          return undefined
        case 'findStep': {
          const kept = await outside.call(call, true)
          if (kept !== undefined) return kept
          throw new MisuseError(
            `the step "${call.name}" is not finished, and all("${all}") comes after it: await it first`,
          )
        }
        // Its message is the same.
        case 'file':
          return outside.call(call)
        case 'wait':
        case 'coolDown':
        case 'all':
          return outside.call(call, true)
        default:
          throw new MisuseError(
            `what is asked of a model before all("${all}") has to stand in a step, for each item comes by there`,
          )
      }
    },
    progress: () => undefined,
    log: () => undefined,
  }
}

/** The context of the command, which must not be mistaken for that of the child task. */
function guarded(context: Context): Context {
  const members = Object.entries(context).map(([name, member]) => [
    name,
    typeof member === 'function' && name !== 'pick' ? refuseInWork(name, member) : member,
  ])
  return Object.fromEntries(members)
}

function refuseInWork(name: string, member: (...given: never[]) => unknown): (...given: never[]) => unknown {
  return (...given) => {
    if (inWork.getStore() === undefined) return member(...given)
    throw new MisuseError(
      name === 'all'
        ? nestedWhy
        : `inside all(…) it is piece.${name}, the third thing that the work is handed, and not ${name}`,
    )
  }
}

const nestedWhy = 'an all(…) inside another is more than can be kept apart: let the outer items be smaller'
const nested = (): never => {
  throw new MisuseError(nestedWhy)
}
const notInPiece = (): never => {
  throw new MisuseError('onCancel(…) stands outside of all(…): what the items have done is taken back by the whole')
}
