import { z } from 'zod'
import { UsageError } from '../../core/errors.ts'
import type { Part } from '../../core/message/part.ts'
import {
  type SimulatedChat,
  type SimulatedLine,
  type SimulatedMedia,
  type SimulatedSaying,
  simulatedSayingSchema,
} from '../../core/simulated.ts'
import { answerBy, type ControlRoutes, feedRoutes, misbehaviourRoutes } from '../control.ts'
import { mediaTypeOf, plainBytes } from '../media-type.ts'
import type { Line } from './conversation.ts'
import type { Delivered } from './dispatch.ts'
import { isMediaType } from './media.ts'
import { shownParts } from './shown-parts.ts'
import type { WecomSimulator } from './simulator.ts'
import type { XmlFields } from './xml.ts'

/** Words whose `id` is still known. */
const REMEMBERED = 5000

const id = z.string().optional()
const leaf = z.union([z.string(), z.number()])
/** A person alone is also the chat. */
const shortSaySchema = z
  .object({ from: z.string(), text: z.string(), id })
  .transform(({ from, text, id }) => ({ id, chat: from, person: from, parts: [{ kind: 'text' as const, text }] }))
const saySchema = z.union([simulatedSayingSchema, shortSaySchema])
const xmlSchema: z.ZodType<XmlFields> = z.lazy(() =>
  z.record(z.string(), z.union([leaf, xmlSchema, z.array(z.union([leaf, xmlSchema]))])),
)
const callbackSchema = z.object({ kind: z.string(), from: z.string().optional(), fields: xmlSchema.default({}), id })
const mediaSchema = z.object({ type: z.string().refine(isMediaType), name: z.string(), base64: z.base64() })
const misbehaveSchema = z.object({
  path: z.string().optional(),
  answer: z.union([z.int(), z.enum(['http-500', 'hang', 'cut-before', 'cut-after'])]).optional(),
  delayMs: z.number().optional(),
  times: z.int().optional(),
  untilMs: z.number().optional(),
  probability: z.number().min(0).max(1).optional(),
})
const urlSchema = z.object({ url: z.string() })

/** The simulator's own HTTP, for a console or a test in another process. */
export function makeControl(simulator: WecomSimulator) {
  const said = new Map<string, Promise<Delivered>>()

  /** Saying the same `id` twice is one message: sent again only where the first time was not acknowledged. */
  async function once(id: string | undefined, send: () => Promise<Delivered>): Promise<Delivered> {
    const before = id === undefined ? undefined : said.get(id)
    if (before) {
      const delivered = await before
      return delivered.status === 200 ? delivered : simulator.redeliver(delivered.msgId)
    }
    const sending = send()
    if (said.size >= REMEMBERED) said.clear()
    if (id !== undefined) said.set(id, sending)
    return sending
  }

  /**
   * A message of WeCom is one thing, so several parts are several messages; resolves to the last, or the first that was
   * not taken.
   */
  async function say({ id, person, parts }: SimulatedSaying): Promise<Delivered> {
    const messages = parts.map(messageOf)
    let last: Delivered | undefined
    for (const [place, { kind, fields }] of messages.entries()) {
      const name = id === undefined || messages.length === 1 ? id : `${id} ${place}`
      last = await once(name, () => simulator.callback(kind, { ...fields(), from: person }, { sayingId: id }))
      if (last.status !== 200) break
    }
    if (last === undefined) throw new UsageError('there is nothing to say')
    return last
  }

  function messageOf(part: Part): { kind: string; fields(): XmlFields } {
    if (part.kind === 'text') return { kind: 'text', fields: () => ({ Content: part.text }) }
    if (isMediaType(part.kind) && 'media' in part && part.media.source === 'inline') {
      const { kind, media, name = kind } = part
      const keep = (): string => simulator.addMedia(kind, name, Buffer.from(media.base64, 'base64'))
      return { kind, fields: () => ({ MediaId: keep(), ...(kind === 'file' && { FileName: name }) }) }
    }
    throw new UsageError(`a member of WeCom cannot say a ${part.kind} like this one`)
  }

  function seen(line: Line): Line & SimulatedLine {
    const { kind, member, msgid } = line
    const name = simulator.members.find(({ userid }) => userid.toLowerCase() === member.toLowerCase())?.name ?? member
    return {
      ...line,
      chat: member,
      from: kind === 'bot' ? { kind } : { kind, id: member, name },
      parts: shownParts(line),
      ...(kind === 'person' && { messageId: msgid }),
    }
  }

  const routes: ControlRoutes = {
    ...feedRoutes(async (after, waitMs) => (await simulator.feed(after, waitMs)).map(seen)),
    'GET /simulator/chats': () => ({ chats: simulator.members.map(chatOf) }),
    'POST /simulator/say': async (body) => {
      const delivered = await say(saySchema.parse(body))
      return { ...delivered, isTaken: delivered.status === 200 }
    },
    'POST /simulator/callback': (body) => {
      const { kind, from, fields, id } = callbackSchema.parse(body)
      return once(id, () => simulator.callback(kind, { ...fields, from }))
    },
    'POST /simulator/media': (body) => {
      const { type, name, base64 } = mediaSchema.parse(body)
      return { mediaId: simulator.addMedia(type, name, Buffer.from(base64, 'base64')) }
    },
    'GET /simulator/media': (_body, query): SimulatedMedia => {
      const media = simulator.media(query.get('id') ?? '')
      if (media === undefined) throw new UsageError('there is no such media')
      const { name, contentType, bytes } = media
      const type = contentType === plainBytes ? mediaTypeOf(bytes) : contentType
      return { name, type, base64: bytes.toString('base64') }
    },
    ...misbehaviourRoutes(misbehaveSchema, simulator),
    'POST /simulator/invalidate-tokens': () => {
      simulator.invalidateTokens()
      return {}
    },
    'POST /simulator/callback-url': (body) => {
      simulator.setCallback(urlSchema.parse(body).url)
      return simulator.verifyUrl()
    },
    'GET /simulator/calls': () => ({ calls: simulator.calls, quotaOverruns: simulator.quotaOverruns }),
    'GET /simulator/members': () => ({ members: simulator.members }),
  }
  return answerBy(routes)
}

function chatOf({ userid, name }: { userid: string; name: string }): SimulatedChat {
  return {
    chat: userid,
    chatKind: 'private',
    title: name,
    people: [{ id: userid, name }],
    bot: { id: 'app', name: '回头' },
    takes: ['text', 'image', 'voice', 'video', 'file'],
  }
}
