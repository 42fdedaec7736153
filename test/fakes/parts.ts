import type { Config } from '../../config/config.ts'
import { ensureDataDir } from '../../src/app/data-dir.ts'
import { openInstallation } from '../../src/app/installation.ts'
import type { Machine } from '../../src/app/machine.ts'
import { start } from '../../src/app/start.ts'
import { startWork } from '../../src/app/working.ts'
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
  await ensureDataDir(config.dataDir)
  const installation = await openInstallation(config, machine.log, machine)
  const lanes = Object.keys(config.lanes)
  const working = await startWork(installation, lanes)
  machine.log.info({ lanes }, 'working')
  return {
    url: '',
    async stop() {
      await working.stop()
      await installation.close()
    },
  }
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
