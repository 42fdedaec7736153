import type { Catalog } from '../../core/command/catalog.ts'
import { findEntry } from '../../core/command/entries.ts'
import type { Run } from '../../core/task/run.ts'
import type { Attempt } from './attempt.ts'

/** Whether the task is over with it. */
export function isLastAttempt(attempt: Attempt, run: Run, catalog: Catalog): boolean {
  if (attempt.state === 'failed') return attempt.isFinal || run.failures + 1 >= attemptsOf(run, catalog)
  return attempt.state === 'done' || attempt.state === 'refused'
}

function attemptsOf(run: Run, catalog: Catalog): number {
  const { route, piece } = run.task
  if (piece?.attempts !== undefined) return piece.attempts
  return (route && findEntry(catalog, route.scene, route.command)?.attempts) ?? 1
}

/** 1, 2, 4 … 60 s, up to half of it more, so that what failed together does not come back together. */
export function backoffMs(failures: number): number {
  const baseMs = Math.min(60_000, 1_000 * 2 ** (failures - 1))
  return Math.round(baseMs * (1 + Math.random() / 2))
}
