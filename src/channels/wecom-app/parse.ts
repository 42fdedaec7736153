import { hash } from 'node:crypto'
import { emptyAck } from '../../core/message/ack.ts'
import { type Part, plainText } from '../../core/message/part.ts'
import type { Lang } from '../../core/text/lang.ts'
import type { Inbound } from '../channel.ts'
import { readXml, type XmlElement } from '../wecom/xml.ts'

/** Events that a person causes: https://developer.work.weixin.qq.com/document/path/90240 */
const personEvents = new Set([
  'subscribe',
  'unsubscribe',
  'enter_agent',
  'LOCATION',
  'click',
  'view',
  'view_miniprogram',
  'scancode_push',
  'scancode_waitmsg',
  'pic_sysphoto',
  'pic_photo_or_album',
  'pic_weixin',
  'location_select',
  'template_card_event',
  'template_card_menu_event',
])
/** Pressing one of these says its key. */
const pressEvents = new Set(['click', 'template_card_event', 'template_card_menu_event'])
const envelopeFields = new Set([
  'ToUserName',
  'FromUserName',
  'CreateTime',
  'MsgType',
  'AgentID',
  'Event',
  'EventKey',
  '#text',
])

/**
 * The decrypted XML of a callback as a message of the channel; what nobody can answer is ignored, with the reason.
 * Throws UnverifiedError (`bad_payload`) when it is no XML.
 */
export function parse(payload: string, channel: { id: string; lang?: Lang }, now: number): Inbound {
  const xml = readXml(payload)
  const type = field(xml, 'MsgType')
  const person = field(xml, 'FromUserName')
  const event = type === 'event' ? field(xml, 'Event') : ''
  if (person === '') return ignored('a message from nobody')
  if (person === 'sys') return ignored(`the event ${event} of the system, not of a person`)
  const parts = type === 'event' ? eventParts(event, xml) : saidParts(type, xml)
  if (parts === undefined) return ignored(type === 'event' ? `the event ${event}` : `a message of the type ${type}`)

  const seconds = Number(field(xml, 'CreateTime'))
  return {
    kind: 'message',
    message: {
      id: `${channel.id}-${ownId(xml)}`,
      from: { channel: channel.id, chat: person, chatKind: 'private' },
      sender: { id: person },
      text: pressEvents.has(event) ? field(xml, 'EventKey') : plainText(parts),
      parts,
      lang: channel.lang,
      sentAt: seconds > 0 ? seconds * 1000 : undefined,
      receivedAt: now,
    },
    ack: emptyAck,
  }
}

function ignored(why: string): Inbound {
  return { kind: 'ignored', why, ack: emptyAck }
}

/**
 * The same for a redelivery, another for anything else. Events have no MsgId, and one person can press two cards in one
 * second.
 */
function ownId(xml: XmlElement): string {
  const msgId = field(xml, 'MsgId')
  if (/^\d+$/.test(msgId)) return msgId
  const names = ['FromUserName', 'CreateTime', 'MsgType', 'Event', 'EventKey', 'TaskId']
  const digest = hash('sha256', JSON.stringify(names.map((name) => field(xml, name))), 'hex')
  return `e-${digest.slice(0, 32)}`
}

/**
 * https://developer.work.weixin.qq.com/document/path/90239; undefined: a type unknown here, or without what makes it
 * one.
 */
function saidParts(type: string, xml: XmlElement): Part[] | undefined {
  const mediaId = field(xml, 'MediaId')
  switch (type) {
    case 'text':
      return [{ kind: 'text', text: field(xml, 'Content') }]
    case 'image':
    case 'video':
    case 'file':
      return mediaId === '' ? undefined : [{ kind: type, media: { source: 'platform', id: mediaId } }]
    case 'voice': {
      const format = field(xml, 'Format')
      const mime = format === '' ? undefined : `audio/${format}`
      return mediaId === '' ? undefined : [{ kind: 'voice', media: { source: 'platform', id: mediaId }, type: mime }]
    }
    case 'location':
      return location(field(xml, 'Location_X'), field(xml, 'Location_Y'), field(xml, 'Label'))
    case 'link':
      return [
        {
          kind: 'link',
          title: field(xml, 'Title'),
          url: field(xml, 'Url'),
          description: field(xml, 'Description') || undefined,
          picture: field(xml, 'PicUrl') || undefined,
        },
      ]
    default:
      return undefined
  }
}

/** The event with all that the platform tells of it under the platform's names, and the place where it is one. */
function eventParts(event: string, xml: XmlElement): Part[] | undefined {
  if (!personEvents.has(event)) return undefined
  const rest = Object.entries(xml).filter(([name]) => !envelopeFields.has(name))
  const happened: Part = {
    kind: 'event',
    name: event,
    key: field(xml, 'EventKey') || undefined,
    data: rest.length > 0 ? Object.fromEntries(rest) : undefined,
  }
  const sent = xml.SendLocationInfo
  const place =
    event === 'LOCATION'
      ? location(field(xml, 'Latitude'), field(xml, 'Longitude'), '')
      : typeof sent === 'object' && !Array.isArray(sent)
        ? location(field(sent, 'Location_X'), field(sent, 'Location_Y'), field(sent, 'Label'))
        : []
  return [happened, ...(place ?? [])]
}

function location(latitude: string, longitude: string, label: string): Part[] | undefined {
  const [x, y] = [Number.parseFloat(latitude), Number.parseFloat(longitude)]
  if (!Number.isFinite(x) || !Number.isFinite(y)) return undefined
  return [{ kind: 'location', latitude: x, longitude: y, label: label || undefined }]
}

/** A field's text; empty when it is absent, given twice or no text. */
function field(xml: XmlElement, name: string): string {
  const value = xml[name]
  return typeof value === 'string' ? value : ''
}
