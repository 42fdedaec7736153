import type { Message } from '../../core/message/message.ts'
import { isForBot } from './addressed.ts'
import { readCq } from './cq.ts'
import { type Happening, happened, readNotice as readHappening, readRequest } from './happenings.ts'
import { type Mute, readMute } from './mutes.ts'
import type { Order } from './order.ts'
import { readSegments, type Said } from './read-segments.ts'
import type { OnebotConfig } from './settings.ts'
import {
  eventSchema,
  heartbeatSchema,
  type MessageEvent,
  messageEventSchema,
  offlineFileSchema,
  type Segment,
  segmentSchema,
} from './types.ts'

/** What an event is to us. */
export type Read =
  | { kind: 'message'; message: Message }
  | { kind: 'ignored'; why: string }
  /** The connection lives; `isOnline` undefined: it does not say whether the account does too. */
  | { kind: 'heartbeat'; intervalMs?: number; isOnline?: boolean }
  | { kind: 'account'; isOnline: boolean; why: string }
  /** The account may not speak in a group, or may again. */
  | { kind: 'mute'; mute: Mute }
  /** Not to be believed, or no event: for the operator's eyes. */
  | { kind: 'bad'; why: string }

export interface Reader {
  config: OnebotConfig
  now: number
  /** The account that this connection proved to be. */
  account: string
  /** message_ids of this implementation repeat after 65 536 messages of a chat (Lagrange). */
  repeatsIds: boolean
  /** Whether the bot said the message with this id. */
  isOurs(messageId: string): boolean
  /** Whether a command is bound to what happens. */
  isBound(event: string): boolean
  order: Order
  /** Whether a command is called by something in the text. */
  isTriggered(text: string): boolean
}

const ignored = (why: string): Read => ({ kind: 'ignored', why })
const bad = (why: string): Read => ({ kind: 'bad', why })

/** Reads a frame or body that holds an event. Throws nothing. */
export function parse(frame: Record<string, unknown>, reader: Reader): Read {
  const event = eventSchema.safeParse(frame)
  if (!event.success) return bad('it is no event')
  const { post_type: kind, self_id: self, time } = event.data
  if (self !== reader.account) return bad('its self_id is not the account of this connection')
  if (kind === 'meta_event') return readMeta(frame)
  if (kind === 'notice') return readNotice(frame, time, reader)
  if (kind === 'request') return messageFrom(readRequest(frame, reader.config), time, reader)
  if (kind === 'message') return readMessage(frame, time, reader)
  if (kind === 'message_sent') return ignored('an own message')
  return ignored(`nothing is done with ${kind.slice(0, 40)} events`)
}

function readMeta(frame: Record<string, unknown>): Read {
  if (frame.meta_event_type !== 'heartbeat') return ignored('a lifecycle event')
  const beat = heartbeatSchema.safeParse(frame)
  if (!beat.success) return { kind: 'heartbeat' }
  return { kind: 'heartbeat', intervalMs: beat.data.interval, isOnline: beat.data.status?.online ?? undefined }
}

function messageFrom(found: Happening | string, time: number | undefined, reader: Reader): Read {
  if (typeof found === 'string') return ignored(found)
  const { idPieces, ...message } = happened(found, { ...reader, time })
  return { kind: 'message', message: { id: plainId(...idPieces), ...message } }
}

function readNotice(frame: Record<string, unknown>, time: number | undefined, reader: Reader): Read {
  const kind = String(frame.notice_type).slice(0, 40)
  if (kind === 'bot_offline')
    return { kind: 'account', isOnline: false, why: String(frame.message ?? 'the account is offline') }
  if (kind === 'bot_online') return { kind: 'account', isOnline: true, why: 'the account is back' }
  const mute = kind === 'group_ban' ? readMute(frame, reader.account) : undefined
  if (mute !== undefined) return { kind: 'mute', mute }
  if (kind !== 'offline_file')
    return messageFrom(readHappening(frame, reader.account, reader.config, reader.isBound), time, reader)
  // Lagrange and go-cqhttp tell a file in a private chat this way, without a message_id; its own id is as good.
  const file = offlineFileSchema.safeParse(frame)
  if (!file.success || file.data.file.url === undefined) return ignored('a file without an address')
  const { user_id: person, file: given } = file.data
  const { url = '', name, id = name } = given
  return {
    kind: 'message',
    message: {
      id: plainId(reader.config.id, reader.account, person, id),
      from: { channel: reader.config.id, chat: person, chatKind: 'private', account: reader.account },
      sender: { id: person },
      text: '',
      parts: [{ kind: 'file', media: { source: 'url', url }, name }],
      lang: reader.config.lang,
      receivedAt: reader.now,
    },
  }
}

function readMessage(frame: Record<string, unknown>, time: number | undefined, reader: Reader): Read {
  const read = messageEventSchema.safeParse(frame)
  if (!read.success) return bad('it is a message without sender, id or text')
  const event = read.data
  const { config, account } = reader
  if (event.user_id === account) return ignored('an own message')
  if (config.ignore.includes(event.user_id)) return ignored('its sender is not listened to')
  const isGroup = event.message_type === 'group'
  if (!isGroup && event.message_type !== 'private')
    return ignored(`nothing is done with ${event.message_type.slice(0, 40)} messages`)
  if (isGroup && event.sub_type === 'notice') return ignored('a hint of the system')
  if (isGroup && !event.group_id) return bad('it is a group message without its group')

  const said = readSegments(segmentsOf(event.message), account)
  if (said.parts.length === 0 && !said.mentionsSelf) return ignored('there is nothing in it')
  const disorder =
    isGroup && event.group_id
      ? reader.order.watch(
          {
            group: event.group_id,
            person: event.user_id,
            messageId: event.message_id,
            role: event.sender?.role ?? undefined,
            at: time === undefined ? reader.now : time * 1_000,
          },
          said,
        )
      : undefined
  if (disorder !== undefined) return messageFrom(disorder, time, reader)
  if (isGroup && !isForBot(said, event.group_id ?? '', config.groups, reader.isOurs, reader.isTriggered))
    return ignored('it is not said to the bot')
  return { kind: 'message', message: messageOf(event, said, time, reader) }
}

function messageOf(event: MessageEvent, said: Said, time: number | undefined, reader: Reader): Message {
  const { config, account, now } = reader
  const isGroup = event.message_type === 'group'
  const chat = isGroup ? `g${event.group_id}` : event.user_id
  const sentAt = time !== undefined && time > 0 ? time * 1_000 : undefined
  return {
    id: plainId(config.id, account, chat, event.message_id, reader.repeatsIds ? String(time ?? '') : ''),
    from: {
      channel: config.id,
      chat,
      chatKind: isGroup ? 'group' : 'private',
      account,
      replyTo: event.message_id,
      thread: isGroup ? undefined : temporaryGroup(event),
    },
    sender: { id: event.user_id, name: event.sender?.card || event.sender?.nickname || undefined },
    text: said.text,
    parts: said.parts,
    lang: config.lang,
    sentAt,
    receivedAt: now,
  }
}

/** A stranger writes from a group both are in (临时会话); an answer must name that group. */
function temporaryGroup({ sub_type: kind, sender, group_id: group }: MessageEvent): string | undefined {
  return kind === 'group' ? (sender?.group_id ?? group ?? undefined) : undefined
}

/** The segments of a message, however it is written. */
export function segmentsOf(message: string | unknown[]): Segment[] {
  if (typeof message === 'string') return readCq(message)
  return message.flatMap((segment) => {
    const read = segmentSchema.safeParse(segment)
    return read.success ? [read.data] : []
  })
}

/** An id of ours: what is no letter or digit in the platform's is written as its code. */
function plainId(...pieces: string[]): string {
  return pieces
    .filter((piece) => piece !== '')
    .map((piece) => piece.replace(/[^A-Za-z0-9-]/gu, (char) => `x${char.codePointAt(0)?.toString(16)}`))
    .join('-')
}
