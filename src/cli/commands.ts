import type { CliCommand } from './command.ts'
import { configCommand } from './config.ts'
import { connectCommand } from './connect.ts'
import { demoCommand } from './demo.ts'
import { deployCommand } from './deploy.ts'
import { doctorCommand } from './doctor.ts'
import { grantCommand, grantsCommand, revokeCommand } from './grants.ts'
import { helpOf } from './help.ts'
import { replayCommand } from './replay.ts'
import { sendCommand } from './send.ts'
import { cancelCommand, retryCommand, taskCommand, tasksCommand } from './tasks.ts'
import { upCommand } from './up.ts'
import { versionCommand } from './version.ts'

export const commands: Readonly<Record<string, CliCommand>> = {
  config: configCommand,
  doctor: doctorCommand,
  connect: connectCommand,
  demo: demoCommand,
  up: upCommand,
  deploy: deployCommand,
  send: sendCommand,
  tasks: tasksCommand,
  task: taskCommand,
  cancel: cancelCommand,
  retry: retryCommand,
  replay: replayCommand,
  grant: grantCommand,
  revoke: revokeCommand,
  grants: grantsCommand,
  version: versionCommand,
  help: helpOf(() => Object.values(commands)),
}
