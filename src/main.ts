import { loadConfig } from '../config/read.ts'
import { runUntilStopped } from './app/machine/process.ts'
import { start } from './app/start.ts'
import { underUp } from './deploy/under.ts'

/*
 * `npm start`: everything in one process. `npm run serve`: callbacks, API and dashboard only; the lanes run in
 * processes of workers/main.ts. `--under-up`: everything, as a release that `npm run huitou -- up` has started.
 */
if (process.argv.includes('--under-up')) {
  const up = underUp()
  await runUntilStopped(async () => {
    const config = loadConfig()
    await up.loaded()
    const started = await start(config, { door: up.doorOf(config) })
    up.ready(started.store, started.tally)
    return started
  }, up.asked)
} else {
  await runUntilStopped(() => start(loadConfig(), { servesOnly: process.argv.includes('--serve-only') }))
}
