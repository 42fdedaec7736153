import type { Run } from '../../core/task/run.ts'
import type { Steps } from '../../store/store.ts'

/**
 * The steps of a run as one attempt at it sees them: what was kept before is read once, and what it keeps itself is remembered, for a step stays as it is. Only what
 * others may write meanwhile, signals, is looked for in the store. For that run alone; of others it tells what the store says.
 */
export function ownSteps(steps: Steps, run: Run): Steps {
  let before: Promise<Map<string, unknown>> | undefined

  async function read(): Promise<Map<string, unknown>> {
    // A first attempt finds nothing.
    const kept = run.fencingToken === 1 ? [] : await steps.list(run.id)
    return new Map(kept.map(({ name, value }) => [name, value]))
  }

  function known(): Promise<Map<string, unknown>> {
    before ??= read().catch((error: unknown) => {
      before = undefined
      throw error
    })
    return before
  }

  return {
    async find(taskId, name) {
      if (taskId !== run.id) return steps.find(taskId, name)
      const kept = await known()
      return kept.has(name) ? { value: kept.get(name) } : steps.find(taskId, name)
    },
    async save(taskId, name, value, event) {
      if (taskId !== run.id) return steps.save(taskId, name, value, event)
      const kept = await known()
      if (kept.has(name)) return kept.get(name)
      const saved = await steps.save(taskId, name, value, event)
      kept.set(name, saved)
      return saved
    },
    async list(taskId) {
      if (taskId !== run.id) return steps.list(taskId)
      return [...(await known())].map(([name, value]) => ({ name, value }))
    },
    sizes: (taskId, limit) => steps.sizes(taskId, limit),
  }
}
