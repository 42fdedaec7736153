import { z } from 'zod'
import type { Outside } from './outside.ts'
import type { RunOrder } from './setting.ts'

/** The answer to `keptSteps`. */
const keptSchema = z.object({
  steps: z.array(z.object({ name: z.string(), value: z.unknown() })),
  isAll: z.boolean(),
})

/** What an attempt knows of its steps without asking for each. */
export interface Remembered {
  outside: Outside
  /** The names that were asked for, in an attempt that follows others. */
  asked(): string[] | undefined
}

/**
 * Answers `findStep` here: a first attempt has nothing to find, and a later one asks for all that is kept at its first
 * step. So a new step costs one trip to the store, the one that keeps it. While the run `parks`, a step that is not
 * kept is answered so.
 */
export function rememberSteps(
  { isFresh }: Pick<RunOrder, 'isFresh'>,
  outside: Outside,
  parks: () => boolean,
): Remembered {
  const asked = new Set<string>()
  const findOwn = memoryOf(outside, false)
  const findParents = memoryOf(outside, true)
  return {
    asked: () => (isFresh === false ? [...asked] : undefined),
    outside: {
      ...outside,
      async call(call, ofParent) {
        if (call.method !== 'findStep') return outside.call(call, ofParent)
        if (ofParent) return findParents(call.name)
        asked.add(call.name)
        const kept = isFresh ? undefined : await findOwn(call.name)
        return kept ?? (parks() ? { parks: true } : undefined)
      },
    },
  }
}

function memoryOf(outside: Outside, ofParent: boolean): (name: string) => Promise<unknown> {
  let kept: Promise<{ steps: Map<string, unknown>; isAll: boolean }> | undefined

  async function read() {
    try {
      const { steps, isAll } = keptSchema.parse(await outside.call({ method: 'keptSteps' }, ofParent))
      return { steps: new Map(steps.map(({ name, value }) => [name, value])), isAll }
    } catch (error) {
      // Whoever catches this in the command may try again.
      kept = undefined
      throw error
    }
  }

  return async (name) => {
    kept ??= read()
    const { steps, isAll } = await kept
    if (steps.has(name)) return { value: steps.get(name) }
    return isAll ? undefined : outside.call({ method: 'findStep', name }, ofParent)
  }
}
