import type { Sources } from '../../scenes/sources.ts'
import type { Slots } from './slots.ts'

/** The slots of a lane for scenes as they were: those of a version go when nothing has run in them for a while. */
export interface OldSlots {
  of(version: string, sources: () => Sources): Pick<Slots, 'run'>
  close(): Promise<void>
}

const IDLE_MS = 60_000

/** `open` opens slots with these files. How many run at once is what the lane's queue gives out. */
export function openOldSlots(open: (sources: Sources) => Slots, idleMs = IDLE_MS): OldSlots {
  const versions = new Map<string, { slots: Slots; running: number; timer?: NodeJS.Timeout }>()
  const closing = new Set<Promise<void>>()

  function close(version: string): void {
    const here = versions.get(version)
    if (here === undefined) return
    versions.delete(version)
    const closed: Promise<void> = here.slots.close().then(() => void closing.delete(closed))
    closing.add(closed)
  }

  return {
    of: (version, sources) => ({
      async run(run, calls, signal, graceMs) {
        const here = versions.get(version) ?? { slots: open(sources()), running: 0 }
        versions.set(version, here)
        clearTimeout(here.timer)
        here.running += 1
        try {
          return await here.slots.run(run, calls, signal, graceMs)
        } finally {
          here.running -= 1
          if (here.running === 0) here.timer = setTimeout(() => close(version), idleMs).unref()
        }
      },
    }),
    async close() {
      for (const [version, { timer }] of versions) {
        clearTimeout(timer)
        close(version)
      }
      await Promise.all(closing)
    },
  }
}
