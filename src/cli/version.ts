import { version } from '../app/machine/version.ts'
import type { CliCommand } from './command.ts'
import { say } from './say.ts'

export const versionCommand: CliCommand = {
  usage: 'version',
  summary: 'the version of Huitou, and of the Node that runs it',
  async run() {
    say(`huitou ${version}, Node ${process.versions.node}`)
  },
}
