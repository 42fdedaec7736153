import { chatKey, personKey } from '../src/core/message/address.ts'
import { newRunOf } from '../src/core/task/run.ts'
import type { Task } from '../src/core/task/task.ts'
import type { Runs } from '../src/store/store.ts'

/** Has works of one key take turns, in the order they came; different keys run side by side. */
export interface Turns {
  /** Resolves or rejects as the work does. */
  take<Result>(key: string, work: () => Promise<Result>): Promise<Result>
  /** Whether some work of that key is under way or waits. */
  isTaken(key: string): boolean
}

export function openTurns(): Turns {
  /** The last of each key's works: whoever comes next waits for it. */
  const last = new Map<string, Promise<unknown>>()
  return {
    async take(key, work) {
      const before = last.get(key)
      const mine = before === undefined ? work() : before.then(work, work)
      last.set(key, mine)
      try {
        return await mine
      } finally {
        if (last.get(key) === mine) last.delete(key)
      }
    },
    isTaken: (key) => last.has(key),
  }
}

/**
 * Whose turn it is: what one person asks in one chat. Tasks that stand in a row have an order of their own, a schedule
 * says itself what becomes of its overlaps, and what a task has called may not wait for it.
 */
export function attemptKeyOf({
  lane,
  message: { from, sender },
  orderingKey,
  parent,
  schedule,
}: Task): string | undefined {
  if (orderingKey !== undefined || parent !== undefined || schedule !== undefined) return undefined
  return `${lane} ${chatKey(from)} ${personKey(from.channel, sender.id)}`
}

interface Places {
  store: { runs: Pick<Runs, 'create'> }
  now(): number
}

/** Gives a task its place in its turn before it begins. */
export async function keepPlace(task: Task, attemptKey: string, { store, now }: Places): Promise<void> {
  await store.runs.create({ ...newRunOf(task), attemptKey }, now())
}

/**
 * Gives what dead workers had taken up, and not begun, its place in its turn. To be called before anything of the lane
 * begins: their jobs come back later than newer ones.
 */
export async function keepPlaces(begun: readonly Task[], places: Places): Promise<void> {
  for (const task of begun) {
    const attemptKey = attemptKeyOf(task)
    if (attemptKey !== undefined) await keepPlace(task, attemptKey, places)
  }
}
