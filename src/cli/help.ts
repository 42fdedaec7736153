import type { CliCommand } from './command.ts'
import { say } from './say.ts'

export function helpOf(commands: () => readonly CliCommand[]): CliCommand {
  return {
    usage: 'help',
    summary: 'what there is',
    async run() {
      const width = Math.max(...commands().map(({ usage }) => usage.length))
      for (const { usage, summary } of commands()) say(`  ${usage.padEnd(width)}  ${summary}`)
    },
  }
}
