import type { Store } from '../store/store.ts'
import { apiChannel } from './api/index.ts'
import type { Channel, ChannelPorts } from './channel.ts'
import { consoleChannel } from './console/index.ts'
import { type Account, platformOf } from './platforms.ts'

/** All channels of an installation: the configured accounts, the console and the API's own. */
export async function openChannels(
  accounts: readonly Account[],
  store: Pick<Store, 'conversations' | 'signals'>,
  ports: ChannelPorts,
): Promise<ReadonlyMap<string, Channel>> {
  const own = [
    apiChannel(ports.now),
    consoleChannel({ now: ports.now, append: store.conversations.append, publish: store.signals.publish }),
  ]
  const opened = await Promise.all(accounts.map((account) => platformOf(account).open(account, ports)))
  return new Map([...own, ...opened].map((channel) => [channel.id, channel]))
}
