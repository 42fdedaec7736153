import { z } from 'zod'
import { StoreUnavailableError } from '../../../core/errors.ts'
import type { ApiPorts } from '../ports.ts'
import type { TaskSummary } from '../shapes.ts'
import { topicOf } from '../topic.ts'
import { summaryOf } from './summary.ts'

const hintSchema = z.object({ ids: z.array(z.string()) })
/** Several changes of a task within this are told as one. */
const gatherMs = 50
/** After a read that failed. */
const againMs = 1000
/** Under a storm the oldest hints fall out: whoever lists the tasks anew sees them all. */
const mostHints = 500

/** Tasks as they change, for those who watch. */
export interface TaskFeed {
  /** Call the result to leave. */
  join(listener: (task: TaskSummary) => void): () => void
}

export function taskFeed(ports: Pick<ApiPorts, 'store' | 'log'>): TaskFeed {
  const topic = topicOf(ports.store.signals, 'task', ports.log)
  const listeners = new Set<(task: TaskSummary) => void>()
  const changed = new Set<string>()
  let isTelling = false
  let leave: (() => void) | undefined

  /**
   * What could not be read because the store is away stays to be told, while anybody listens; what is hinted at
   * meanwhile is told after it. A task that cannot be read at all holds up no other.
   */
  async function tell(): Promise<void> {
    const ids = [...changed]
    changed.clear()
    const unread: { id: string; error: StoreUnavailableError }[] = []
    const tellOf = async (id: string): Promise<void> => {
      try {
        const run = await ports.store.runs.find(id)
        if (run) for (const listener of listeners) listener(summaryOf(run))
      } catch (error) {
        if (error instanceof StoreUnavailableError) unread.push({ id, error })
        else ports.log.error({ taskId: id, err: error }, 'a task change cannot be told')
      }
    }
    await Promise.all(ids.map(tellOf))
    const [first] = unread
    if (first === undefined || listeners.size === 0) return
    add([...unread.map(({ id }) => id), ...changed])
    throw first.error
  }
  function add(ids: readonly string[]): void {
    for (const id of ids) {
      changed.add(id)
      const [oldest] = changed
      if (changed.size > mostHints && oldest !== undefined) changed.delete(oldest)
    }
  }
  function hear(payload: unknown): void {
    const hint = hintSchema.safeParse(payload)
    if (!hint.success) return
    add(hint.data.ids)
    tellAfter(gatherMs)
  }
  function tellAfter(delayMs: number): void {
    if (isTelling || changed.size === 0) return
    isTelling = true
    setTimeout(() => void turn(), delayMs).unref()
  }
  async function turn(): Promise<void> {
    const nextMs = await tell().then(
      () => gatherMs,
      (error: unknown) => {
        ports.log.warn({ err: error }, 'task changes not told, trying again')
        return againMs
      },
    )
    isTelling = false
    tellAfter(nextMs)
  }

  return {
    join(listener) {
      listeners.add(listener)
      leave ??= topic.join(hear)
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        leave?.()
        leave = undefined
        changed.clear()
      }
    },
  }
}
