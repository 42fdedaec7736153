import type { Config } from '../../config/config.ts'
import { ensureDataDir } from './machine/data-dir.ts'
import { openLog } from './machine/log.ts'
import { type Machine, machineWith } from './machine/machine.ts'
import type { Running } from './machine/process.ts'
import { openStopping } from './machine/stopping.ts'
import { openSides } from './sides.ts'
import { startWorking } from './working.ts'

/** Starts the working half alone: these lanes and the outboxes. */
export async function startWorkers(
  config: Config,
  lanes: readonly string[] = Object.keys(config.lanes),
  machine: Partial<Machine> = {},
): Promise<Running> {
  const log = machine.log ?? openLog(config.logLevel)
  await ensureDataDir(config.dataDir)
  const { stored, scenes, talk, engine, close } = await openSides(config, machineWith(log, machine))
  const working = await startWorking(config, { ...stored, ...scenes, ...talk, ...engine }, lanes)
  log.info({ lanes, store: stored.store.kind }, 'working')
  return {
    log,
    drainMs: config.limits.drainMs,
    async stop() {
      const stopping = openStopping(config.limits, log)
      await working.stop(stopping)
      await close(stopping)
    },
  }
}
