import { pushedSchema } from '../dashboard/api/shapes.ts'
import { apiClient } from './api-client.ts'
import { CliError } from './cli-error.ts'
import type { CliCommand } from './command.ts'
import { say } from './say.ts'

export const sendCommand: CliCommand = {
  usage: 'send <channel>:<chat> <text…>',
  summary: 'push a text to a chat',
  async run([to = '', ...words]) {
    const [channel, chat] = splitOnce(to)
    if (channel === '' || chat === '' || words.length === 0) throw new CliError(`usage: ${sendCommand.usage}`)
    const client = await apiClient()
    const { deliveryIds } = await client.call('POST', '/api/messages', pushedSchema, {
      to: { channel, chat },
      text: words.join(' '),
    })
    say(`queued as ${deliveryIds.join(', ')}`)
  },
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf(':')
  return at === -1 ? ['', ''] : [text.slice(0, at), text.slice(at + 1)]
}
