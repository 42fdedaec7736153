import { rm } from 'node:fs/promises'
import { loadConfig } from '../../config/read.ts'
import { openLog } from '../app/machine/log.ts'
import { runUntilStopped } from '../app/machine/process.ts'
import { openUp } from '../deploy/up.ts'
import { CliError } from './cli-error.ts'
import type { CliCommand } from './command.ts'

export const upCommand: CliCommand = {
  usage: 'up [--here]',
  summary: 'run everything, as `npm start` does, so that `deploy` can replace it; --here forgets what was deployed',
  async run(words) {
    const isHere = words[0] === '--here'
    if (words.length > (isHere ? 1 : 0)) throw new CliError(`usage: ${upCommand.usage}`)
    await runUntilStopped(async () => {
      const config = loadConfig()
      const log = openLog(config.logLevel)
      const home = process.cwd()
      if (isHere) await rm('releases/current.json', { force: true })
      const up = await openUp(home, config, log)
      log.info({ url: up.url }, 'up: deploys are taken')
      return { log, drainMs: config.limits.drainMs, stop: up.stop }
    })
  },
}
