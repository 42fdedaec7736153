import type { Log } from '../../../core/log.ts'
import type { Run } from '../../../core/task/run.ts'
import type { Runs } from '../../../store/store.ts'

/** Progress is written down at most this often. */
const EVERY_MS = 300

export interface Progress {
  /** What comes too soon after the last is shown a little later, unless something newer takes its place. */
  show(percent: number | undefined, text: string | undefined): void
  /** Shows what is still kept back. */
  end(): Promise<void>
}

export interface ProgressPorts {
  store: { runs: Pick<Runs, 'progress'> }
  changed(taskId: string): void
  now(): number
  log: Log
}

export function openProgress(run: Run, { store, changed, now, log }: ProgressPorts): Progress {
  let shownAt: number | undefined
  let keptBack: { percent?: number; text?: string } | undefined
  let timer: NodeJS.Timeout | undefined

  async function write(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const shown = keptBack
    if (shown === undefined) return
    keptBack = undefined
    shownAt = now()
    try {
      await store.runs.progress(run.id, run.fencingToken, shown, shownAt)
      changed(run.id)
    } catch (error) {
      log.warn({ taskId: run.id, error: String(error) }, 'progress was lost')
    }
  }

  return {
    show(percent, text) {
      keptBack = { percent, text }
      const leftMs = shownAt === undefined ? 0 : shownAt + EVERY_MS - now()
      if (leftMs <= 0 || (percent ?? 0) >= 100) void write()
      else timer ??= setTimeout(() => void write(), leftMs)
    },
    end: write,
  }
}
