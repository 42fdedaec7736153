import type { Config } from '../../config/config.ts'
import type { Machine } from '../../src/app/machine/machine.ts'
import { start } from '../../src/app/start.ts'
import { startWorkers } from '../../src/app/start-workers.ts'
import type { Log } from '../../src/core/log.ts'

/** What a process does: takes callbacks, works, or both. */
export type Part = 'all' | 'serve' | 'work'

export interface RunningPart {
  /** Where it takes callbacks, if it does. */
  url: string
  stop(): Promise<void>
}

/** Starts a part of Huitou as its own programs do, with a machine of the test's. */
export async function startPart(
  part: Part,
  config: Config,
  machine: Partial<Machine> & { log: Log },
): Promise<RunningPart> {
  if (part !== 'work') return start(config, { ...machine, servesOnly: part === 'serve' })
  const { stop } = await startWorkers(config, undefined, machine)
  return { url: '', stop }
}

/** As shipped a test would wait for seconds wherever somebody died or stopped. What its settings file says of these goes first. */
export function brisk(limits: Config['limits']): Config['limits'] {
  const shipped = { drainMs: 10_000, graceMs: 3_000, leaseMs: 10_000, sendMs: 15_000 }
  const quick = { drainMs: 2_000, graceMs: 500, leaseMs: 2_500, sendMs: 3_000 }
  const changed = Object.entries(shipped).flatMap(([name, ms]) =>
    // Its keys are those of `quick`.
    limits[name as keyof typeof shipped] === ms ? [[name, quick[name as keyof typeof quick]]] : [],
  )
  return { ...limits, ...Object.fromEntries(changed) }
}
