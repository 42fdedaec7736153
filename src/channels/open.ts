import type { ChannelConfig, Config } from '../../config/config.ts'
import type { Store } from '../store/store.ts'
import { apiChannel } from './api/index.ts'
import type { Channel, ChannelPorts } from './channel.ts'
import { consoleChannel } from './console/index.ts'
import { onebot } from './onebot/index.ts'
import { wecomApp } from './wecom-app/index.ts'

/** All channels of an installation: the configured accounts, the console and the API's own. */
export function openChannels(config: Config, store: Store, ports: ChannelPorts): ReadonlyMap<string, Channel> {
  const channels: Channel[] = [
    apiChannel(ports.now),
    consoleChannel({ now: ports.now, append: store.conversations.append, publish: store.signals.publish }),
    ...config.channels.map((channel) => openAccount(channel, ports)),
  ]
  return new Map(channels.map((channel) => [channel.id, channel]))
}

function openAccount(channel: ChannelConfig, ports: ChannelPorts): Channel {
  switch (channel.platform) {
    case 'wecom-app':
      return wecomApp(channel, ports)
    case 'onebot':
      return onebot(channel, ports)
  }
}
