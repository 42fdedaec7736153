import { setTimeout as wait } from 'node:timers/promises'
import type { InboxEntry } from '../../src/simulators/wecom/index.ts'

/** Resolves once it is so; rejects with `what` (or what it says) when it is not in time. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  withinMs: number,
  what: string | (() => string),
): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await isSo())) {
    if (performance.now() > deadline) {
      throw new Error(`not within ${withinMs} ms: ${typeof what === 'string' ? what : what()}`)
    }
    await wait(100)
  }
}

/** Does it for each, `most` at a time; the results in the order of the items. */
export async function sideBySide<Item, Result>(
  items: readonly Item[],
  most: number,
  work: (item: Item, place: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const rest = items.entries()
  // All takers share one iterator, so that each item is taken once.
  await Promise.all(
    Array.from({ length: most }, async () => {
      for (const [place, item] of rest) results[place] = await work(item, place)
    }),
  )
  return results
}

/** How often each text was seen, by whichever way. */
export function timesSeen(entries: readonly InboxEntry[]): Map<string, number> {
  const times = new Map<string, number>()
  for (const { text } of entries) times.set(text, (times.get(text) ?? 0) + 1)
  return times
}

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A line with the figures of a run, for whoever watches. */
export function tell(figures: Record<string, unknown>): void {
  process.stderr.write(`    ${JSON.stringify(figures)}\n`)
}
