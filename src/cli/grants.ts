import { parseArgs } from 'node:util'
import { z } from 'zod'
import { grantListSchema } from '../dashboard/api/shapes.ts'
import { apiClient } from './api-client.ts'
import { CliError } from './cli-error.ts'
import type { CliCommand } from './command.ts'
import { say } from './say.ts'

export const grantCommand: CliCommand = {
  usage: 'grant <who> <scene> [command] [--from <when>] [--until <when>]',
  summary: 'let a person (channel:person) or group (group:channel:chat) use a scene or command',
  async run(words) {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { from: { type: 'string' }, until: { type: 'string' } },
    })
    const [subject, scene, command = '*'] = positionals
    if (subject === undefined || scene === undefined) throw new CliError(`usage: ${grantCommand.usage}`)
    const client = await apiClient()
    await client.call('PUT', '/api/grants', z.unknown(), {
      subject,
      scene,
      command,
      validFrom: values.from,
      validUntil: values.until,
    })
    say('granted')
  },
}

export const revokeCommand: CliCommand = {
  usage: 'revoke <who> <scene> [command]',
  summary: 'take a grant back',
  async run([subject, scene, command = '*']) {
    if (subject === undefined || scene === undefined) throw new CliError(`usage: ${revokeCommand.usage}`)
    const query = new URLSearchParams({ subject, scene, command })
    await (await apiClient()).call('DELETE', `/api/grants?${query}`, z.unknown())
    say('taken back')
  },
}

export const grantsCommand: CliCommand = {
  usage: 'grants',
  summary: 'who may use what',
  async run() {
    const { grants } = await (await apiClient()).call('GET', '/api/grants', grantListSchema)
    if (grants.length === 0) say('no grants')
    for (const { subject, scene, command, validUntil } of grants) {
      say(
        `${subject}  ${scene} ${command}  ${validUntil === undefined ? '' : `until ${new Date(validUntil).toISOString()}`}`,
      )
    }
  },
}
