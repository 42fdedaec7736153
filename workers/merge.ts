import type { Run } from '../src/core/task/run.ts'
import type { Task } from '../src/core/task/task.ts'
import type { Merged } from '../src/store/ordering-keys.ts'

/** Whoever goes on and on is answered after so many times the window. */
const MOST_WINDOWS = 5

/**
 * What is said within `mergeMs` of one another belongs together: of the same person, since it is asked under their
 * grants, and to the same command. `ripeAt`: nothing more can belong to it from then on.
 */
export function gather(first: Run, rest: readonly Run[], mergeMs: number): { others: Run[]; ripeAt: number } {
  const endsAt = saidAt(first) + MOST_WINDOWS * mergeMs
  let lastAt = saidAt(first)
  const others: Run[] = []
  for (const run of rest) {
    if (run.owner !== first.owner) continue
    if (!isSameCommand(run.task, first.task) || saidAt(run) > Math.min(lastAt + mergeMs, endsAt)) break
    others.push(run)
    lastAt = Math.max(lastAt, saidAt(run))
  }
  return { others, ripeAt: Math.min(lastAt + mergeMs, endsAt) }
}

/** The first of them asks what all of them ask, one line after the other; the others end. */
export function mergedOf(orderingKey: string, first: Run, others: readonly Run[], at: number): Merged {
  const all = [first, ...others].map(({ task }) => task)
  const numbers = others.map(({ number }) => `#${number}`).join(', ')
  const { route, message } = first.task
  return {
    orderingKey,
    head: first.id,
    task: {
      ...first.task,
      route: route && { ...route, rest: linesOf(all.map((task) => task.route?.rest ?? '')) },
      message: {
        ...message,
        text: linesOf(all.map((task) => task.message.text)),
        parts: all.flatMap((task) => task.message.parts),
      },
    },
    event: { at, kind: 'log', text: `并入了 ${numbers} (took in ${numbers})` },
    others: others.map(({ id }) => {
      const why = `并入 #${first.number} (merged into #${first.number})`
      return { id, why, event: { at, kind: 'done' as const, text: why } }
    }),
  }
}

function saidAt({ task }: Run): number {
  return task.message.receivedAt
}

function isSameCommand({ route: one }: Task, { route: other }: Task): boolean {
  return one?.scene === other?.scene && one?.command === other?.command
}

function linesOf(texts: readonly string[]): string {
  return texts.join('\n')
}
