import { performance } from 'node:perf_hooks'
import { whyOf } from '../../../core/text/why.ts'
import type { CommandContext } from '../../../scenes/scene.ts'
import type { Outside } from './outside.ts'
import { withTries } from './tries.ts'

/** Beyond the first. */
const RETRIES = 2
export type Undo = Parameters<CommandContext<unknown>['onCancel']>[1]

/**
 * A command that is called once more to find what takes it back. It goes no further than what is kept of it, and
 * nothing is said or done meanwhile.
 */
export interface Undoing {
  /** False from the moment all is found that is looked for; what is taken back then may speak. */
  readonly isReplay: boolean
  /** The command comes to no more; never settles. */
  stop(): Promise<never>
  take(name: string, undo: Undo, timeoutMs: number): Promise<void>
  /** Resolves when it stops. */
  readonly stopped: Promise<void>
  /**
   * Takes back what was found, the last one first; what fails is told, and the others follow. Throws only when it is
   * itself stopped.
   */
  undo(attempt: { outside: Outside; signal: AbortSignal }): Promise<void>
}

/** `names`: what is to be taken back, in the order in which it was registered. */
export function openUndoing(names: readonly string[]): Undoing {
  const found = new Map<string, { undo: Undo; timeoutMs: number }>()
  const { promise: stopped, resolve } = Promise.withResolvers<void>()
  let isReplay = true
  function stop(): Promise<never> {
    resolve()
    return new Promise(() => undefined)
  }
  return {
    get isReplay() {
      return isReplay
    },
    stop,
    stopped,
    async take(name, undo, timeoutMs) {
      found.set(name, { undo, timeoutMs })
      if (names.every((each) => found.has(each))) await stop()
    },
    async undo({ outside, signal }) {
      isReplay = false
      for (const name of names.toReversed()) {
        signal.throwIfAborted()
        const startedAt = performance.now()
        const error = await undoOne(found.get(name), name)
        signal.throwIfAborted()
        await outside.call({ method: 'tookBack', name, ms: Math.round(performance.now() - startedAt), error })
      }

      async function undoOne(one: { undo: Undo; timeoutMs: number } | undefined, name: string) {
        if (one === undefined) return 'the command did not come to it when it was called again'
        const tries = {
          what: `onCancel "${name}"`,
          retries: RETRIES,
          timeoutMs: one.timeoutMs,
          signal,
          log: outside.log,
        }
        return withTries(async (its) => void (await one.undo(its)), tries).catch(whyOf)
      }
    },
  }
}
