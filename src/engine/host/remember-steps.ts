import { z } from 'zod'
import type { Outside, RunOrder } from './perform.ts'

/** The answer to `keptSteps`. */
const keptSchema = z.object({
  steps: z.array(z.object({ name: z.string(), value: z.unknown() })),
  isAll: z.boolean(),
})

/**
 * Answers `findStep` here: a first attempt has nothing to find, and a later one asks for all that is kept at its first step. So a new step costs
 * one trip to the store, the one that keeps it.
 */
export function rememberSteps({ isFresh }: RunOrder, outside: Outside): Outside {
  let kept: Promise<{ steps: Map<string, unknown>; isAll: boolean }> | undefined

  async function read() {
    try {
      const { steps, isAll } = keptSchema.parse(await outside.call({ method: 'keptSteps' }))
      return { steps: new Map(steps.map(({ name, value }) => [name, value])), isAll }
    } catch (error) {
      // Whoever catches this in the command may try again.
      kept = undefined
      throw error
    }
  }

  return {
    ...outside,
    async call(call) {
      if (call.method !== 'findStep') return outside.call(call)
      if (isFresh) return undefined
      kept ??= read()
      const { steps, isAll } = await kept
      if (steps.has(call.name)) return { value: steps.get(call.name) }
      return isAll ? undefined : outside.call(call)
    },
  }
}
