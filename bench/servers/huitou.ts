import { openLog } from '../../src/app/machine/log.ts'
import { machineWith } from '../../src/app/machine/machine.ts'
import { startServing } from '../../src/app/serving.ts'
import { openSides } from '../../src/app/sides.ts'
import { startWorking } from '../../src/app/working.ts'
import { ownPort } from '../../src/web/door.ts'
import { configOf, readOptions } from './config.ts'

/* Huitou itself, with or without its lanes. Prints its address when it is ready. */
const options = readOptions()
const config = configOf(options)
const { stored, scenes, talk, engine } = await openSides(config, machineWith(openLog(config.logLevel)))
const ports = { ...stored, ...scenes, ...talk, ...engine }
const served = await startServing(config, ports, 'bench', ownPort(config))
if (options.works) await startWorking(config, ports, Object.keys(config.lanes))
const [channel] = config.channels
process.stdout.write(`${JSON.stringify({ url: `${served.url}/in/${channel?.id}` })}\n`)
process.once('SIGTERM', () => process.exit(0))
