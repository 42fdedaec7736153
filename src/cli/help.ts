import { type CliCommand, commands } from './commands.ts'
import { say } from './say.ts'

export const helpCommand: CliCommand = {
  usage: 'help',
  summary: 'what there is',
  async run() {
    const width = Math.max(...Object.values(commands).map(({ usage }) => usage.length))
    for (const { usage, summary } of Object.values(commands)) say(`  ${usage.padEnd(width)}  ${summary}`)
  },
}
