import type { Config } from '../../config/config.ts'
import { type OutboxQueues, openOutboxQueues } from '../../queues/deliveries.ts'
import type { Channel, ChannelPorts } from '../channels/channel.ts'
import { openChannels } from '../channels/open.ts'
import { commandFor, isTriggered } from '../core/command/command.ts'
import type { Held } from '../core/delivery/held.ts'
import { RejectedError } from '../core/errors.ts'
import { lineOf } from '../core/message/address.ts'
import type { Say } from '../core/task/say.ts'
import { keepSaid } from '../engine/llm/tools/keep-said.ts'
import { type Outbox, openOutbox } from '../outbox/outbox.ts'
import { remoteHeld } from '../outbox/remote-held.ts'
import { sharedCache } from '../store/shared-cache.ts'
import type { CatalogSide } from './catalog-side.ts'
import type { StoreSide } from './store-side.ts'

/** The accounts on the platforms, and what goes out to them. */
export interface TalkSide {
  channels: ReadonlyMap<string, Channel>
  wakes: OutboxQueues
  outbox: Outbox
  /** What a task says goes to its chat, or to the model that called it. */
  say: Say
  /** Bytes kept in our store under a fileId; throws RejectedError when they are no longer there. */
  readFile: ChannelPorts['readFile']
  /** The held requests, wherever they wait. */
  held: Held
  /** A process that takes callbacks holds its own. */
  holdHere(own: Held): void
}

export type TalkPorts = Pick<StoreSide, 'store' | 'backend' | 'exchange' | 'now' | 'log'> & Pick<CatalogSide, 'catalog'>

export async function openTalkSide(
  config: Config,
  { store, backend, exchange, catalog, now, log }: TalkPorts,
): Promise<TalkSide> {
  const { deliveryKeptMs, sendMs, filesKeptMs } = config.limits
  const readFile: ChannelPorts['readFile'] = async (fileId) => {
    const file = await store.files.get(fileId, now())
    if (file === undefined) throw new RejectedError(`file ${fileId} is no longer kept`)
    return file
  }
  const channels = await openChannels(config.channels, store, {
    now,
    log,
    shared: sharedCache(store.settings, store.leases, now),
    exchange,
    readFile,
    isBound: (event) => commandFor(event, catalog()) !== undefined,
    isTriggered: (text) => isTriggered(text, catalog()),
    async reopen(channel, chat) {
      const line = lineOf({ channel, chat })
      await store.outbox.resume(line, now())
      await wakes.wake(line, now(), now())
    },
  })
  const wakes = openOutboxQueues(backend, [...channels.keys()])
  let holder = remoteHeld(store.signals)
  const held: Held = {
    claim: (taskId) => holder.claim(taskId),
    isElsewhere: (by) => holder.isElsewhere(by),
    release: (taskId) => holder.release(taskId),
    tell: (offer) => holder.tell(offer),
  }
  const outbox = openOutbox({ store: store.outbox, channels, wakes, held, deliveryKeptMs, sendMs, now, log })
  return {
    channels,
    wakes,
    outbox,
    say: keepSaid(outbox.sayForTask, { store, filesKeptMs, now }),
    readFile,
    held,
    holdHere(own) {
      holder = own
    },
  }
}
