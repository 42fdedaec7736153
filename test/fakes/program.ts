/** Huitou as a process of the tests: the settings of its environment, what its argument changes of them, and when it is to die. */
import { loadConfig } from '../../config/read.ts'
import { openLog } from '../../src/app/machine/log.ts'
import { openStore } from '../../src/app/machine/open-store.ts'
import { runUntilStopped } from '../../src/app/machine/process.ts'
import { dyingAt, type Moment } from './dying.ts'
import { brisk, type Part, startPart } from './parts.ts'

// Whoever starts this program passes exactly this.
const { part, diesAt } = JSON.parse(process.argv[2] ?? '') as { part: Part; diesAt?: Moment }

await runUntilStopped(async () => {
  const loaded = loadConfig()
  const config = { ...loaded, limits: brisk(loaded.limits) }
  const log = openLog(config.logLevel)
  const open = diesAt === undefined ? openStore : dyingAt(diesAt, openStore)
  const { stop } = await startPart(part, config, { log, openStore: open })
  return { log, drainMs: config.limits.drainMs, stop }
})
