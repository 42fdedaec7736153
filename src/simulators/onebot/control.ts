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
import { atRate, type Rate } from '../at-rate.ts'
import { type ControlRoutes, feedRoutes, misbehaviourRoutes, requireLoopback, serveControl } from '../control.ts'
import { Feed } from '../feed.ts'
import { mediaTypeOf } from '../media-type.ts'
import { shownParts } from './shown-parts.ts'
import { type Account, botName, type OnebotSimulator, type Segment } from './simulator.ts'

/** Words whose `id` is still known. */
const REMEMBERED = 5_000

const saySchema = z.intersection(simulatedSayingSchema, z.object({ evenIfUnheard: z.boolean().default(false) }))
const misbehaveSchema = z.object({
  action: z.string().optional(),
  answer: z.union([z.int(), z.enum(['timeout', 'silent', 'cut', 'http-503'])]).optional(),
  delayMs: z.number().optional(),
  times: z.int().optional(),
  untilMs: z.number().optional(),
})
const rateSchema = z.object({
  perSecond: z.number().positive().max(10_000),
  count: z.int().positive().max(1_000_000),
  chat: z.string(),
  /** Who speak, in turn; all of the chat by default. */
  people: z.array(z.string()).min(1).optional(),
  /** `{n}` is the number of the message. */
  text: z.string().min(1),
})

export interface OnebotControl {
  url: string
  close(): Promise<void>
}

/** The simulator's own HTTP, for a console or a test in another process; a group's chat is `g` and its number. */
export async function serveOnebotControl(simulator: OnebotSimulator, port = 0): Promise<OnebotControl> {
  const { qq } = simulator
  const feed = new Feed<SimulatedLine>()
  const said = new Map<string, string>()
  let rate: Rate | undefined
  /** What is being said at this very moment: its word comes before `say` returns. */
  let saying: string | undefined

  const stopTelling = qq.onNotice(({ at, group, text }) => {
    feed.add({ at, chat: chatOf({ group }), from: { kind: 'notice' }, parts: [{ kind: 'text', text }] })
  })
  const stopListening = qq.onWord((word) => {
    const { messageId, at, chat, from: person } = word
    const group = 'group' in chat ? chat.group : undefined
    const from =
      person === undefined
        ? ({ kind: 'bot' } as const)
        : ({ kind: 'person', id: person, name: qq.nameOf(person, group) } as const)
    const sayingId = person === undefined ? undefined : saying
    const line = { at, chat: chatOf(chat), from, parts: shownParts(word, qq), messageId, sayingId }
    feed.add(line)
  })

  function say({ id, chat, person, parts, evenIfUnheard = false }: SimulatedSaying & { evenIfUnheard?: boolean }) {
    const before = id === undefined ? undefined : said.get(id)
    if (before !== undefined) return { isTaken: true, messageId: before }
    if (!simulator.isHeard && !evenIfUnheard) return { isTaken: false }
    const { isGroup, number } = groupOf(chat)
    if (!isGroup && number !== person) throw new UsageError('in a private chat only its person speaks')
    if (isGroup && simulator.isMuted(number, person)) return { isTaken: false, isMuted: true }
    const segments = parts.map((part) => segmentOf(part))
    const messageId = speakAs(id, () =>
      isGroup ? simulator.sayInGroup(number, person, segments) : simulator.sayInPrivate(person, segments),
    )
    if (said.size >= REMEMBERED) said.clear()
    if (id !== undefined) said.set(id, messageId)
    return { isTaken: simulator.isHeard, messageId }
  }

  function speakAs(id: string | undefined, speak: () => string): string {
    saying = id
    try {
      return speak()
    } finally {
      saying = undefined
    }
  }

  function segmentOf(part: Part): Segment {
    switch (part.kind) {
      case 'text':
        return { type: 'text', data: { text: part.text } }
      case 'mention':
        return { type: 'at', data: { qq: part.person, ...(part.name !== undefined && { name: part.name }) } }
      case 'quote':
        return { type: 'reply', data: { id: part.messageId ?? '' } }
      case 'image':
      case 'voice':
      case 'video':
      case 'file': {
        if (part.media.source !== 'inline') break
        const { name = part.kind } = part
        const file = qq.files.add(name, Buffer.from(part.media.base64, 'base64'))
        const type = part.kind === 'voice' ? 'record' : part.kind
        return { type, data: { file, ...(type === 'file' && { file_id: file, name }) } }
      }
    }
    throw new UsageError(`a member of QQ cannot say a ${part.kind} like this one`)
  }

  /** All who can speak in a chat. */
  function peopleIn(chat: string): string[] {
    const { isGroup, number } = groupOf(chat)
    if (!isGroup) return [number]
    const people = qq.groups.find(({ id }) => id === number)?.members.map(({ id }) => id) ?? []
    if (people.length === 0) throw new UsageError(`nobody is in ${chat}: say who speaks`)
    return people
  }

  const routes: ControlRoutes = {
    ...feedRoutes((after, waitMs) => feed.after(after, waitMs)),
    'GET /simulator/chats': () => ({ chats: chatsOf(qq) }),
    'POST /simulator/say': (body) => say(saySchema.parse(body)),
    'GET /simulator/media': (_body, query): SimulatedMedia => {
      const file = qq.files.find(query.get('id') ?? '')
      if (file === undefined) throw new UsageError('there is no such file')
      const type = mediaTypeOf(file.bytes)
      return { name: file.name || `file.${type.split('/')[1]}`, type, base64: file.bytes.toString('base64') }
    },
    'GET /simulator/groups': () => ({ groups: qq.groups, friends: qq.friends }),
    'GET /simulator/state': () => ({
      selfId: qq.selfId,
      isHeard: simulator.isHeard,
      isOnline: qq.isOnline,
      rate: rate && { done: rate.done, of: rate.of },
    }),
    'GET /simulator/calls': () => ({ calls: simulator.calls, posted: simulator.posted }),
    ...misbehaviourRoutes(misbehaveSchema, simulator),
    'POST /simulator/connect': (body) => {
      const { url } = z.object({ url: z.string() }).parse(body)
      requireLoopback(url, 'ws:')
      simulator.connectTo(url)
      return {}
    },
    'POST /simulator/disconnect': (body) => {
      simulator.disconnect(z.object({ forGood: z.boolean().default(false) }).parse(body ?? {}))
      return {}
    },
    'POST /simulator/online': (body) => {
      simulator.setOnline(z.object({ isOnline: z.boolean() }).parse(body).isOnline)
      return {}
    },
    'POST /simulator/event': (body) => {
      simulator.event(z.record(z.string(), z.unknown()).parse(body))
      return {}
    },
    'POST /simulator/rate': (body) => {
      const { chat, text, perSecond, count, people = peopleIn(chat) } = rateSchema.parse(body)
      rate?.stop()
      rate = atRate({ perSecond, count }, (n) => {
        const person = people[(n - 1) % people.length] ?? ''
        say({ chat, person, parts: [{ kind: 'text', text: text.replaceAll('{n}', String(n)) }], evenIfUnheard: true })
      })
      return {}
    },
    'POST /simulator/quiet': () => {
      rate?.stop()
      return { rate: rate && { done: rate.done, of: rate.of } }
    },
  }

  const server = await serveControl(routes, port)
  return {
    url: server.url,
    async close() {
      rate?.stop()
      stopListening()
      stopTelling()
      const closing = server.close()
      feed.wake()
      await closing
    },
  }
}

function chatOf(chat: { group: string } | { person: string }): string {
  return 'group' in chat ? `g${chat.group}` : chat.person
}

function groupOf(chat: string): { isGroup: boolean; number: string } {
  return { isGroup: /^g/i.test(chat), number: chat.replace(/^g/i, '') }
}

const takes = ['text', 'mention', 'quote', 'image', 'voice', 'video', 'file']

function chatsOf({ groups, friends, selfId }: Account): SimulatedChat[] {
  const bot = { id: selfId, name: botName }
  return [
    ...groups.map(({ id, name, members }) => ({
      chat: `g${id}`,
      chatKind: 'group' as const,
      title: name,
      people: members.map((member) => ({ id: member.id, name: member.name })),
      bot,
      takes,
    })),
    ...friends.map((friend) => ({
      chat: friend.id,
      chatKind: 'private' as const,
      title: friend.name,
      people: [friend],
      bot,
      takes,
    })),
  ]
}
