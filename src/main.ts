import { loadConfig } from '../config/read.ts'
import { runUntilStopped } from './process.ts'
import { start } from './start.ts'

/*
 * `npm start`: everything in one process. `npm run serve`: callbacks, API and dashboard only; the lanes run in processes of
 * workers/main.ts.
 */
await runUntilStopped(() => start(loadConfig(), { servesOnly: process.argv.includes('--serve-only') }))
