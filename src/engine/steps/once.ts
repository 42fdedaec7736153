import type { Once } from '../../core/task/once.ts'
import type { Run } from '../../core/task/run.ts'
import type { Steps } from '../../store/store.ts'

/** For the attempts at one task, and anew in each generation: a person who has it tried again wants it done again. */
export function openOnce({ id, generation, fencingToken }: Run, steps: Pick<Steps, 'find' | 'save'>): Once {
  // What this attempt has begun it may begin again, after the store was away.
  const begun = new Set<string>()
  return async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    // Authors' names never begin so.
    const step = `wait:once:${generation}:${name}`
    const mayBeKept = fencingToken > 1 || begun.has(step)
    begun.add(step)
    const kept = mayBeKept ? await steps.find(id, step) : undefined
    // The casts hold: what is kept there came of the same work.
    if (kept !== undefined) return kept.value as T
    const found = await work()
    return found === undefined ? found : ((await steps.save(id, step, found)) as T)
  }
}
