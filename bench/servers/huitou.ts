import { openInstallation } from '../../src/app/installation.ts'
import { openLog } from '../../src/app/log.ts'
import { startServe } from '../../src/app/serving.ts'
import { startWork } from '../../src/app/working.ts'
import { ownPort } from '../../src/web/door.ts'
import { configOf, readOptions } from './config.ts'

/* Huitou itself, with or without its lanes. Prints its address when it is ready. */
const options = readOptions()
const config = configOf(options)
const installation = await openInstallation(config, openLog(config.logLevel))
const served = await startServe(installation, 'bench', ownPort(config))
if (options.works) await startWork(installation, Object.keys(config.lanes))
const [channel] = config.channels
process.stdout.write(`${JSON.stringify({ url: `${served.url}/in/${channel?.id}` })}\n`)
process.once('SIGTERM', () => process.exit(0))
