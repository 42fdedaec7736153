import { AsyncLocalStorage } from 'node:async_hooks'
import { performance } from 'node:perf_hooks'
import { z } from 'zod'
import type { CommandContext, StepOptions } from '../../../scenes/scene.ts'
import { MisuseError } from './misuse.ts'
import type { Setting } from './setting.ts'
import { withTries } from './tries.ts'

const stepBytes = 256 * 1024
/** The answer to `findStep`. */
const keptSchema = z.union([z.object({ parks: z.literal(true) }), z.object({ value: z.unknown() })]).optional()
const optionsSchema = z.object({
  retries: z.number().int().min(0).max(100).default(0),
  timeoutMs: z.number().positive().max(2_147_483_647).optional(),
})

const inStep = new AsyncLocalStorage<string>()

/** The step that the code is in, where it is in one. */
export function stepAround(): string | undefined {
  return inStep.getStore()
}

export function stepsOf({ outside, signal, takeName, suspension, undoing }: Setting): CommandContext<unknown>['step'] {
  return async <T>(
    name: string,
    work: (signal: AbortSignal) => Promise<T> | T,
    options: StepOptions = {},
  ): Promise<T> => {
    const read = optionsSchema.safeParse(options)
    if (!read.success) throw new MisuseError(`step("${name}"): ${z.prettifyError(read.error)}`)
    takeName('step', name)
    const kept = keptSchema.parse(await outside.call({ method: 'findStep', name }))
    if (kept && 'parks' in kept) return suspension.park()
    // The cast holds: it is what `work` gave back in an earlier attempt, as JSON.
    if (kept) return kept.value as T
    if (undoing?.isReplay) return undoing.stop()
    signal.throwIfAborted()
    const startedAt = performance.now()
    const what = `step "${name}"`
    const tries = { what, ...read.data, signal, log: outside.log }
    const value = plainJson(await inStep.run(name, () => withTries(work, tries)), what)
    const saved = await outside.call({ method: 'saveStep', name, value, ms: Math.round(performance.now() - startedAt) })
    // The cast holds for the same reason; the first writer's value is the one that counts.
    return saved as T
  }
}

/** What of a result is kept. Throws MisuseError when it is too large. */
export function plainJson(value: unknown, of: string): unknown {
  const json = JSON.stringify(value) ?? 'null'
  const bytes = Buffer.byteLength(json)
  if (bytes > stepBytes) {
    throw new MisuseError(
      `the result of ${of} is larger than 256 KB (${Math.ceil(bytes / 1024)} KB); put it into \`files\` and return the file's id`,
    )
  }
  return JSON.parse(json)
}
