import type { Channel } from '../../channels/channel.ts'
import type { Log } from '../../core/log.ts'
import type { Reception } from '../../ingress/reception.ts'
import type { WaitingRooms } from '../../ingress/waiting-rooms.ts'

export interface ListeningPorts {
  channels: ReadonlyMap<string, Channel>
  waiting: WaitingRooms
  take: Reception['take']
  log: Log
}

/** Has the channels that connect to their platform by themselves begin. Aborted, they hang up. */
export function listenToChannels({ channels, waiting, take, log }: ListeningPorts): AbortController {
  const listening = new AbortController()
  for (const channel of channels.values()) {
    channel.can.listening
      ?.listen(async (message) => {
        await (waiting.get(channel.id)?.take(message) ?? take(message))
      }, listening.signal)
      .catch((error: unknown) => {
        log.error({ channel: channel.id, error: String(error) }, 'a channel stopped listening')
      })
  }
  return listening
}
