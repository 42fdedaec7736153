import { parseArgs } from 'node:util'
import { loadConfig } from '../config/read.ts'
import { runUntilStopped } from '../src/app/machine/process.ts'
import { startWorkers } from '../src/app/start-workers.ts'

/* `npm run work -- --lanes short,long`: runs these lanes (default: all) and the outboxes. */
const { values } = parseArgs({ options: { lanes: { type: 'string' } } })
const lanes = values.lanes?.split(',').map((lane) => lane.trim())

await runUntilStopped(() => startWorkers(loadConfig(), lanes))
