import type { Run } from '../../core/task/run.ts'
import type { Runs } from '../../store/store.ts'

/**
 * A process that dies takes its tasks' attempts along; so many of these are forgiven as long as no step is kept between
 * them. Many, because scene code dies with its thread or child alone: it is hardly ever the task that kills its
 * process.
 */
const FORGIVEN_CRASHES = 50

/** Attempts that a process took along when it died: they neither failed nor were given back. */
export function crashesOf({ attempt, failures }: Pick<Run, 'attempt' | 'failures'>): number {
  return attempt - 1 - failures
}

/** Whether it has died so often without getting on that it is no chance any more. */
export async function isHopeless(run: Run, { runs }: { runs: Pick<Runs, 'timeline'> }): Promise<boolean> {
  if (crashesOf(run) <= FORGIVEN_CRASHES) return false
  const lines = await runs.timeline(run.id)
  const generation = lines.slice(lines.findLastIndex(({ kind }) => kind === 'reopened') + 1)
  const lastStep = generation.findLast(({ kind }) => kind === 'step')?.attempt ?? 0
  return run.attempt - lastStep > FORGIVEN_CRASHES
}
