import type { Run } from '../../core/task/run.ts'
import type { Steps } from '../../store/steps.ts'
import { fitInMemory, MOST_BYTES } from './kept-steps.ts'

/**
 * The steps of a run as one attempt at it sees them. What was kept before is read once, unless it is too much to be
 * held, and what it keeps itself is remembered, for a step stays as it is. Only what others may write meanwhile,
 * signals, is looked for in the store. For that run alone: of others it tells what the store says.
 */
export function ownSteps(steps: Steps, run: Run): Steps {
  let before: Promise<Held> | undefined

  async function read(): Promise<Held> {
    // A first attempt finds nothing.
    if (run.fencingToken === 1) return { values: new Map(), isAll: true, savedBytes: 0 }
    if (!(await fitInMemory(run.id, steps))) return { values: new Map(), isAll: false, savedBytes: 0 }
    const kept = await steps.list(run.id)
    return { values: new Map(kept.map(({ name, value }) => [name, value])), isAll: true, savedBytes: 0 }
  }

  function held(): Promise<Held> {
    before ??= read().catch((error: unknown) => {
      before = undefined
      throw error
    })
    return before
  }

  return {
    async find(taskId, name) {
      if (taskId !== run.id) return steps.find(taskId, name)
      const { values } = await held()
      return values.has(name) ? { value: values.get(name) } : steps.find(taskId, name)
    },
    async save(taskId, name, value, event) {
      if (taskId !== run.id) return steps.save(taskId, name, value, event)
      const now = await held()
      if (now.values.has(name)) return now.values.get(name)
      const saved = await steps.save(taskId, name, value, event)
      remember(now, name, saved)
      return saved
    },
    async list(taskId) {
      if (taskId !== run.id) return steps.list(taskId)
      const { values, isAll } = await held()
      return isAll ? [...values].map(([name, value]) => ({ name, value })) : steps.list(taskId)
    },
    sizes: steps.sizes,
  }
}

interface Held {
  readonly values: Map<string, unknown>
  /** False: it was too much, and each is asked for by its name. */
  isAll: boolean
  /** What this attempt has added. */
  savedBytes: number
}

function remember(held: Held, name: string, value: unknown): void {
  if (!held.isAll) return
  held.values.set(name, value)
  held.savedBytes += JSON.stringify(value)?.length ?? 0
  if (held.savedBytes <= MOST_BYTES) return
  held.isAll = false
  held.values.clear()
}
