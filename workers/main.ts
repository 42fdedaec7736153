import { parseArgs } from 'node:util'
import { loadConfig } from '../config/read.ts'
import { ensureDataDir } from '../src/app/data-dir.ts'
import { openInstallation } from '../src/app/installation.ts'
import { openLog } from '../src/app/log.ts'
import { runUntilStopped } from '../src/app/process.ts'
import { startWork } from '../src/app/working.ts'

/* `npm run work -- --lanes short,long`: runs these lanes (default: all) and the outboxes. */
const { values } = parseArgs({ options: { lanes: { type: 'string' } } })

await runUntilStopped(async () => {
  const config = loadConfig()
  const log = openLog(config.logLevel)
  await ensureDataDir(config.dataDir)
  const installation = await openInstallation(config, log)
  const lanes = values.lanes?.split(',').map((lane) => lane.trim()) ?? Object.keys(config.lanes)
  const work = await startWork(installation, lanes)
  log.info({ lanes, store: installation.store.kind }, 'working')
  return {
    log,
    drainMs: config.limits.drainMs,
    async stop() {
      await work.stop()
      await installation.close()
    },
  }
})
