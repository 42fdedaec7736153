import { AsyncLocalStorage } from 'node:async_hooks'
import { performance } from 'node:perf_hooks'
import { z } from 'zod'
import type { CommandContext } from '../../scenes/scene.ts'
import { MisuseError } from './misuse.ts'
import type { Setting } from './setting.ts'

const stepBytes = 256 * 1024
/** The answer to `findStep`. */
const keptSchema = z.object({ value: z.unknown() }).optional()

const inStep = new AsyncLocalStorage<string>()

/** The step that the code is in, where it is in one. */
export function stepAround(): string | undefined {
  return inStep.getStore()
}

export function stepsOf({ outside, signal, takeName }: Setting): CommandContext<unknown>['step'] {
  return async <T>(name: string, work: (signal: AbortSignal) => Promise<T> | T): Promise<T> => {
    takeName('step', name)
    const kept = keptSchema.parse(await outside.call({ method: 'findStep', name }))
    // The cast holds: it is what `work` gave back in an earlier attempt, as JSON.
    if (kept) return kept.value as T
    signal.throwIfAborted()
    const startedAt = performance.now()
    const value = plainJson(await inStep.run(name, () => work(signal)), name)
    const saved = await outside.call({ method: 'saveStep', name, value, ms: Math.round(performance.now() - startedAt) })
    // The cast holds for the same reason; the first writer's value is the one that counts.
    return saved as T
  }
}

function plainJson(value: unknown, step: string): unknown {
  const json = JSON.stringify(value) ?? 'null'
  if (Buffer.byteLength(json) > stepBytes) {
    throw new MisuseError(
      `the result of step "${step}" is larger than 256 KB; keep what a later attempt needs, or a file's id`,
    )
  }
  return JSON.parse(json)
}
