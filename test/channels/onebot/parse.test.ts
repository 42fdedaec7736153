import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readFrame } from '../../../src/channels/onebot/frame.ts'
import { openOrder } from '../../../src/channels/onebot/order.ts'
import { parse, type Read } from '../../../src/channels/onebot/parse.ts'
import type { OnebotConfig } from '../../../src/channels/onebot/settings.ts'
import { type Message, messageSchema } from '../../../src/core/message/message.ts'
import { aConfig, vectors } from './vectors.ts'

interface Expected {
  verdict: string
  normalized?: {
    account?: string
    scene?: string
    conversation?: string
    sender?: string
    message_id?: string
    text?: string
    mentions?: string[]
    reply_to?: string
    temp_group?: string
    attachments?: { type: string; url?: string; name?: string }[]
  }
  steps?: Expected[]
}
interface Vector {
  id: string
  title: string
  implementation: string
  input: { frame?: object; frame_raw?: string; frames?: object[] }
  expect: Expected
}

const self = '3100000001'
const { vectors: events } = vectors<{ vectors: Vector[] }>('events')

function read(frame: object | string, over: Partial<OnebotConfig> = {}, implementation = 'napcat'): Read {
  const found = readFrame(typeof frame === 'string' ? frame : JSON.stringify(frame))
  if (found === undefined) return { kind: 'bad', why: 'no JSON object' }
  const repeatsIds = implementation === 'lagrange-v1'
  const isOurs = (messageId: string) => messageId === 'ours'
  const config = aConfig(over)
  const isBound = () => true
  return parse(found, {
    config,
    now: 1_790_000_000_000,
    account: self,
    repeatsIds,
    isOurs,
    isBound,
    isTriggered: (text) => text === '早安',
    order: openOrder(config),
  })
}

function messageOf(found: Read): Message {
  if (found.kind !== 'message') return expect.fail(`no message but ${JSON.stringify(found)}`)
  expect(() => messageSchema.parse(found.message)).not.toThrow()
  return found.message
}

/** What a verdict of the vectors is in our words; notices and requests have no commands to run. */
const kinds: Record<string, Read['kind'][]> = {
  dispatch: ['message'],
  ignore: ['ignored'],
  control: ['ignored', 'heartbeat'],
  notice: ['ignored', 'account', 'mute', 'message'],
  request: ['ignored'],
  drop: ['bad'],
  route: ['bad'],
  'dispatch-or-drop': ['message', 'bad'],
}

function check(found: Read, { verdict, normalized }: Expected): void {
  expect(kinds[verdict]).toContain(found.kind)
  if (verdict !== 'dispatch' || normalized === undefined) return
  const message = messageOf(found)
  const { account, scene, conversation, sender, message_id: id, text, temp_group: thread } = normalized
  const media = message.parts.filter((part) => 'media' in part)
  const told = {
    account: message.from.account,
    scene: thread === undefined ? message.from.chatKind : 'temp',
    conversation: message.from.chat.replace(/^g/, ''),
    sender: message.sender.id,
    message_id: message.from.replyTo,
    text: message.text,
    temp_group: message.from.thread,
  }
  expect(told).toMatchObject(clean({ account, scene, conversation, sender, message_id: id, text, temp_group: thread }))
  if (normalized.attachments) {
    expect(media.map(({ kind }) => kind)).toEqual(
      normalized.attachments.map(({ type }) => (type === 'record' ? 'voice' : type)),
    )
    for (const [place, { url, name }] of normalized.attachments.entries()) {
      if (url !== undefined) expect(media[place]?.media).toEqual({ source: 'url', url })
      if (name !== undefined) expect(media[place]?.name).toBe(name)
    }
  }
  const quote = message.parts.find((part) => part.kind === 'quote')
  if (normalized.reply_to) expect(quote).toMatchObject({ messageId: normalized.reply_to })
  const others = message.parts.flatMap((part) => (part.kind === 'mention' ? [part.person] : []))
  if (normalized.mentions) expect(others).toEqual(normalized.mentions.filter((person) => person !== self))
}

function clean(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

describe('the vectors of events', () => {
  for (const { id, title, implementation, input, expect: expected } of events) {
    if (expected.steps !== undefined && input.frames !== undefined) {
      test(`${id}: ${title}`, () => {
        const ids: string[] = []
        for (const [place, step] of (expected.steps ?? []).entries()) {
          const found = read(input.frames?.[place] ?? {}, {}, implementation)
          const { id: messageId } = messageOf(found)
          if (step.verdict === 'duplicate') expect(ids).toContain(messageId)
          else {
            check(found, step)
            expect(ids).not.toContain(messageId)
          }
          ids.push(messageId)
        }
      })
    } else if (input.frame !== undefined || input.frame_raw !== undefined) {
      test(`${id}: ${title}`, () => check(read(input.frame ?? input.frame_raw ?? '', {}, implementation), expected))
    } else {
      test(`${id}: ${title}`, () => {
        const text = 'A'.repeat(200_000)
        check(read({ ...aMessage, message: text }), expected)
      })
    }
  }

  test('none of them is left out', () => {
    expect(events).toHaveLength(68)
  })

  test('a key named __proto__ makes nobody an admin', () => {
    const attack = events.find(({ title }) => title.startsWith('prototype'))
    read(attack?.input.frame_raw ?? '')
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined()
  })
})

const aMessage = {
  time: 1_790_000_000,
  self_id: Number(self),
  post_type: 'message',
  message_type: 'group',
  sub_type: 'normal',
  message_id: 7,
  group_id: 20001,
  user_id: 10001,
  message: [{ type: 'text', data: { text: 'hello' } }],
}

test('an id beyond 2^53 keeps all its digits', () => {
  const raw = JSON.stringify({ ...aMessage, message_id: 'HERE' }).replace('"HERE"', '9223372036854775807')
  expect(messageOf(read(raw)).from.replyTo).toBe('9223372036854775807')
})

test('a group and a person with the same number are two chats', () => {
  const group = messageOf(read({ ...aMessage, group_id: 10001 }))
  const person = messageOf(read({ ...aMessage, message_type: 'private', group_id: undefined }))
  expect([group.from.chat, person.from.chat]).toEqual(['g10001', '10001'])
  expect(group.id).not.toBe(person.id)
})

test('where message_ids repeat, the time tells two messages apart', () => {
  const [one, other] = [1, 2].map((time) => messageOf(read({ ...aMessage, time }, {}, 'lagrange-v1')).id)
  expect(one).not.toBe(other)
})

test('a negative id and its positive twin are two messages', () => {
  const ids = [7, -7].map((message_id) => messageOf(read({ ...aMessage, message_id })).id)
  expect(new Set(ids).size).toBe(2)
})

describe('in a group', () => {
  const inGroup = (message: object[], rule: Partial<OnebotConfig['groups'][string]>) => {
    const whole = { answer: [], prefixes: ['/', '#'], keywords: ['天气'], words: [], exempt: [], ...rule }
    return read({ ...aMessage, message }, { groups: { 20001: whole } }).kind
  }
  const text = (words: string) => ({ type: 'text', data: { text: words } })
  const at = (qq: string) => ({ type: 'at', data: { qq } })
  const reply = (id: string) => ({ type: 'reply', data: { id } })

  test.for<[string, object[], OnebotConfig['groups'][string]['answer'], Read['kind']]>([
    ['a prefix', [text('/help')], ['prefix'], 'message'],
    ['a full-width slash', [text('／帮助')], ['prefix'], 'message'],
    ['no prefix', [text('help /')], ['prefix'], 'ignored'],
    ['a mention', [at(self), text(' help')], ['mention'], 'message'],
    ['a mention alone', [at(self)], ['mention'], 'message'],
    ['a mention of somebody else', [at('10002'), text(' help')], ['mention'], 'ignored'],
    ['a mention of all', [at('all'), text(' help')], ['mention', 'reply', 'prefix'], 'ignored'],
    ['a reply to the bot', [reply('ours'), text('and tomorrow?')], ['reply'], 'message'],
    ['a reply to somebody else', [reply('theirs'), text('and tomorrow?')], ['reply'], 'ignored'],
    ['a keyword', [text('今天天气如何')], ['keyword'], 'message'],
    ['what calls a command by itself', [text('早安')], ['keyword'], 'message'],
    ['the same where keywords do not count', [text('早安')], ['prefix', 'mention'], 'ignored'],
    ['no keyword', [text('今天如何')], ['keyword'], 'ignored'],
    ['anything, where all is answered', [text('hm')], ['all'], 'message'],
    ['nothing that is answered', [at(self), text('/help 天气')], [], 'ignored'],
  ])('%s', ([, message, answer, kind]) => {
    expect(inGroup(message, { answer })).toBe(kind)
  })

  test('without a rule of its own the default counts, and without that one the usual', () => {
    const groups = { default: { answer: ['all' as const], prefixes: [], keywords: [], words: [], exempt: [] } }
    expect(read(aMessage, { groups }).kind).toBe('message')
    expect(read(aMessage, { groups: {} }).kind).toBe('ignored')
    expect(read({ ...aMessage, message: '#hello' }, { groups: {} }).kind).toBe('message')
  })
})

test('who is not listened to is not heard, and neither is the bot itself', () => {
  expect(read(aMessage, { ignore: ['10001'] }).kind).toBe('ignored')
  expect(read({ ...aMessage, user_id: self }).kind).toBe('ignored')
})

test('whatever comes in, there is an answer', () => {
  const piece = fc.oneof(fc.anything(), fc.record({ type: fc.anything(), data: fc.anything() }))
  const event = fc.record({
    post_type: fc.oneof(fc.constantFrom('message', 'notice', 'meta_event'), fc.anything()),
    self_id: fc.constantFrom(self, Number(self)),
    message_type: fc.constantFrom('group', 'private', 'other'),
    message_id: fc.anything(),
    user_id: fc.anything(),
    group_id: fc.anything(),
    message: fc.oneof(fc.string(), fc.array(piece)),
    sender: fc.anything(),
    status: fc.anything(),
    interval: fc.anything(),
  })
  fc.assert(
    fc.property(fc.oneof(event, fc.anything()), (frame) => {
      const found = read(
        JSON.stringify(frame, (_key, value) => (typeof value === 'bigint' ? String(value) : value)) ?? '',
      )
      if (found.kind === 'message') messageOf(found)
    }),
  )
})
