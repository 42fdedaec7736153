import type { ApiPorts } from '../ports.ts'
import type { Overview, TaskSummary } from '../shapes.ts'
import type { TaskFeed } from '../tasks/feed.ts'
import { readOverview } from './read.ts'

const tickMs = 500
/** Counts change without a task's signal too (another process, a pause): look this often in any case. */
const quietTicks = 4

interface LiveListener {
  overview(overview: Overview): void
  task(task: TaskSummary): void
}

/** What goes on, read once for all who watch and only while somebody does. */
export interface LiveFeed {
  /** Tells the overview as it is now, then each change. Call the result to leave. */
  join(listener: LiveListener): () => void
}

export function liveFeed(ports: ApiPorts, tasks: TaskFeed): LiveFeed {
  const listeners = new Set<LiveListener>()
  let stop: (() => void) | undefined
  let last: { overview: Overview; json: string } | undefined

  function start(): () => void {
    let ticks = 0
    let isStale = true
    let isReading = false
    let isOver = false
    async function look(): Promise<void> {
      ticks += 1
      if (isReading || !(isStale || ticks % quietTicks === 0)) return
      isReading = true
      isStale = false
      try {
        const overview = await readOverview(ports)
        // The last one has left: whoever joins next is told what is read then.
        if (isOver) return
        const json = JSON.stringify(overview)
        if (json === last?.json) return
        last = { overview, json }
        for (const listener of listeners) listener.overview(overview)
      } catch (error) {
        isStale = true
        throw error
      } finally {
        isReading = false
      }
    }
    const lookSafely = (): void => {
      look().catch((error: unknown) => ports.log.error({ err: error }, 'overview could not be read'))
    }
    const leave = tasks.join((task) => {
      isStale = true
      for (const listener of listeners) listener.task(task)
    })
    const timer = setInterval(lookSafely, tickMs)
    lookSafely()
    return () => {
      isOver = true
      clearInterval(timer)
      leave()
      last = undefined
    }
  }

  return {
    join(listener) {
      listeners.add(listener)
      if (last) listener.overview(last.overview)
      stop ??= start()
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        stop?.()
        stop = undefined
      }
    },
  }
}
