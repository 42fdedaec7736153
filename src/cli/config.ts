import { loadConfig } from '../../config/read.ts'
import { CliError } from './cli-error.ts'
import type { CliCommand } from './command.ts'
import { say } from './say.ts'
import { sceneFaults } from './scene-faults.ts'

export const configCommand: CliCommand = {
  usage: 'config check',
  summary: 'read environment, config file and scenes, tell everything that is wrong',
  async run([what]) {
    if (what !== 'check') throw new CliError('usage: config check')
    const config = loadConfig()
    const faults = await sceneFaults(config)
    if (faults.length > 0) throw new CliError(faults.join('\n'))
    say(
      `config is fine: ${config.redisUrl === undefined ? 'embedded store' : 'Redis'}, channels ${listOf(config.channels.map(({ id }) => id))}, lanes ${listOf(Object.keys(config.lanes))}`,
    )
  },
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ')
}
