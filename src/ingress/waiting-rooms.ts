import type { Channel } from '../channels/channel.ts'
import type { Log } from '../core/log.ts'
import type { Message } from '../core/message/message.ts'
import { type Bilingual, inLang, type Lang } from '../core/text/lang.ts'
import { whyOf } from '../core/text/why.ts'
import { openWaitingMessages, type WaitingMessages } from './waiting-messages.ts'

/** A word that is sent past the outbox is given up after so long. */
const BUSY_MS = 10_000

const busy: Bilingual = {
  zh: '现在太忙，这条消息没能收下，请过一会儿再发一次。',
  en: 'Too busy right now: this message could not be taken, please send it again in a while.',
}

export interface WaitingRoomPorts {
  channels: ReadonlyMap<string, Channel>
  /** Stores a message. Throws StoreUnavailableError. */
  take(message: Message): Promise<unknown>
  lang: Lang
  now(): number
  log: Log
}

export type WaitingRooms = ReadonlyMap<string, WaitingMessages>

/** A room for the messages of each channel whose platform never sends again, by channel id. */
export function openWaitingRooms({ channels, take, lang, now, log }: WaitingRoomPorts): WaitingRooms {
  /** The store is away, so this one word goes out past the outbox, and is not tried again. */
  async function sayBusy(channel: Channel, message: Message): Promise<void> {
    const delivery = {
      id: `${message.id}-busy`,
      to: message.from,
      part: { kind: 'text', text: inLang(message.lang ?? lang, busy) },
      createdAt: now(),
      expiresAt: now() + BUSY_MS,
    } as const
    await channel.send(delivery, AbortSignal.timeout(BUSY_MS)).catch((error: unknown) => {
      log.warn({ channel: channel.id, error: whyOf(error) }, 'nobody could be told that it is busy')
    })
  }

  const rooms = new Map<string, WaitingMessages>()
  for (const channel of channels.values()) {
    const { waitingRoom } = channel.can
    if (waitingRoom === undefined) continue
    const refuse = (message: Message): Promise<void> => sayBusy(channel, message)
    const store = async (message: Message): Promise<void> => void (await take(message))
    rooms.set(channel.id, openWaitingMessages(store, { most: waitingRoom.most, refuse, log }))
  }
  return rooms
}
