import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { actionFor } from '../../../src/channels/onebot/act.ts'
import { openOrder } from '../../../src/channels/onebot/order.ts'
import { parse, type Read } from '../../../src/channels/onebot/parse.ts'
import type { GroupRule, OnebotConfig } from '../../../src/channels/onebot/settings.ts'
import { happeningOf } from '../../../src/core/command/happening.ts'
import { chatActionSchema } from '../../../src/core/message/chat-action.ts'
import type { Message } from '../../../src/core/message/message.ts'
import { aConfig, vectors } from './vectors.ts'

const self = '3100000001'
const group = 987654321
const ruleOf = (over: Partial<GroupRule>): OnebotConfig['groups'] => ({
  default: { answer: ['all'], prefixes: [], keywords: [], words: [], exempt: [], ...over },
})

function reader(over: Partial<OnebotConfig> = {}, isBound: (event: string) => boolean = () => true) {
  const config = aConfig(over)
  const order = openOrder(config)
  return (frame: object): Read =>
    parse(
      { time: 1_790_000_000, self_id: Number(self), ...frame },
      {
        config,
        now: 1_790_000_000_500,
        account: self,
        repeatsIds: false,
        isOurs: () => false,
        isBound,
        isTriggered: () => false,
        order,
      },
    )
}

function messageOf(found: Read): Message {
  return found.kind === 'message' ? found.message : expect.fail(`no message but ${JSON.stringify(found)}`)
}
const eventOf = (found: Read) => happeningOf(messageOf(found))
const joined = {
  post_type: 'notice',
  notice_type: 'group_increase',
  sub_type: 'approve',
  group_id: group,
  user_id: 10001,
}

describe('what happens in a group', () => {
  test('a rule welcomes who joins, but never the bot itself', () => {
    const read = reader({ groups: ruleOf({ welcome: '你好' }) })
    const message = messageOf(read(joined))
    expect(message).toMatchObject({ text: '', sender: { id: '10001' }, from: { chat: `g${group}`, account: self } })
    expect(happeningOf(message)).toMatchObject({ name: 'welcome', data: { text: '你好' } })
    expect(read({ ...joined, user_id: Number(self) })).toMatchObject({ kind: 'ignored' })
  })

  test('what no command is bound to becomes no message', () => {
    const read = reader({}, (event) => event === 'poked')
    expect(read(joined)).toMatchObject({ kind: 'ignored' })
    const poke = { post_type: 'notice', notice_type: 'notify', sub_type: 'poke', group_id: group, user_id: 10001 }
    expect(eventOf(read({ ...poke, target_id: Number(self) }))?.name).toBe('poked')
    expect(read({ ...poke, target_id: 10002 })).toMatchObject({ kind: 'ignored' })
    expect(read({ ...poke, group_id: 0, target_id: Number(self) })).toMatchObject({ kind: 'ignored' })
  })

  test('the same happening over two connections is one message, another one is another', () => {
    const read = reader()
    expect(messageOf(read(joined)).id).toBe(messageOf(read(joined)).id)
    expect(messageOf(read({ ...joined, time: 1_790_000_009 })).id).not.toBe(messageOf(read(joined)).id)
  })

  test('no notice or request, however broken, throws', () => {
    const read = reader({ groups: ruleOf({ welcome: 'hi', join: { answer: 'a', people: [], otherwise: 'ask' } }) })
    const value = fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.object())
    const frame = fc.record(
      {
        post_type: fc.constantFrom('notice', 'request'),
        notice_type: fc.constantFrom('group_increase', 'group_recall', 'notify', 'group_ban'),
        request_type: fc.constantFrom('friend', 'group', 'other'),
        sub_type: value,
        group_id: value,
        user_id: value,
        flag: value,
        comment: value,
      },
      { requiredKeys: ['post_type'] },
    )
    fc.assert(
      fc.property(frame, (given) => {
        expect(read(given).kind).toBeTypeOf('string')
      }),
    )
  })
})

describe('requests', () => {
  const join = (over: object = {}) => ({
    post_type: 'request',
    request_type: 'group',
    sub_type: 'add',
    group_id: group,
    user_id: 10001,
    comment: '问题：暗号？\n答案：kestrel',
    flag: 'f1',
    ...over,
  })
  const decisionOf = (found: Read) => eventOf(found)?.data?.decision

  test('the answer, not the question, decides; others are asked about, rejected or left', () => {
    const withRule = (answer: string, otherwise: 'ask' | 'reject' | 'leave') =>
      reader({ groups: ruleOf({ join: { answer, people: ['10009'], otherwise, reason: 'no' } }) })
    expect(decisionOf(withRule('^kestrel$', 'reject')(join()))).toBe('approve')
    expect(decisionOf(withRule('暗号', 'reject')(join()))).toBe('reject')
    expect(decisionOf(withRule('other', 'ask')(join()))).toBe('ask')
    expect(decisionOf(withRule('other', 'reject')(join({ user_id: 10009 })))).toBe('approve')
    expect(withRule('other', 'leave')(join())).toMatchObject({ kind: 'ignored' })
    expect(reader()(join())).toMatchObject({ kind: 'ignored', why: 'there is no rule for a join-request' })
  })

  test('requests that belong to no group are asked about where the rule says', () => {
    const rule = { people: [], otherwise: 'ask' as const, askIn: 'g20000' }
    const read = reader({ friendRequests: rule, groupInvites: rule })
    const friend = { post_type: 'request', request_type: 'friend', user_id: 10001, comment: '', flag: '17' }
    for (const found of [read(friend), read(join({ sub_type: 'invite' }))]) {
      expect(messageOf(found).from).toMatchObject({ chat: 'g20000', chatKind: 'group' })
    }
  })

  const answered = vectors<{ vectors: RequestVector[] }>('events').vectors.filter(
    ({ expect: expected }) => expected.answer_action !== undefined,
  )
  interface RequestVector {
    id: string
    title: string
    input: { frame: object }
    expect: { answer_action?: { action: string; params: { approve: boolean; reason?: string } } }
  }
  test('there are such vectors', () => expect(answered.length).toBeGreaterThan(2))
  test.each(answered)(
    '$id $title: the answer is the call that the implementation takes',
    ({ input, expect: expected }) => {
      const rule = { people: [], otherwise: 'ask' as const }
      const asked = { ...rule, askIn: 'g20000' }
      const read = reader({ groups: ruleOf({ join: rule }), friendRequests: asked, groupInvites: asked })
      const message = messageOf(read(input.frame))
      const { approve, reason } = expected.answer_action?.params ?? { approve: false }
      const action = chatActionSchema.parse({
        kind: 'answer-request',
        request: happeningOf(message)?.data?.request,
        isApproved: approve,
        note: reason,
      })
      expect(actionFor(action, message.from)).toMatchObject(expected.answer_action ?? {})
    },
  )
})

describe('order', () => {
  const says = (text: string, over: object = {}) => ({
    post_type: 'message',
    message_type: 'group',
    sub_type: 'normal',
    message_id: 7,
    group_id: group,
    user_id: 10001,
    message: [{ type: 'text', data: { text } }],
    sender: { role: 'member' },
    ...over,
  })
  const word = { words: ['b.d'], patterns: ['v[1i]agra'], do: ['recall' as const], muteMs: 60_000 }

  test('a word that may not be said is told, whatever its case; a dot is a dot', () => {
    const read = reader({ groups: ruleOf({ words: [word] }) })
    expect(eventOf(read(says('So B.D')))).toMatchObject({
      name: 'word-filtered',
      data: { word: 'B.D', messageId: '7' },
    })
    expect(eventOf(read(says('V1AGRA!')))?.name).toBe('word-filtered')
    expect(messageOf(read(says('bad'))).text).toBe('bad')
  })

  test('administrators and exempt people may say it', () => {
    const read = reader({ groups: ruleOf({ words: [word], exempt: ['10002'] }) })
    expect(messageOf(read(says('b.d', { sender: { role: 'owner' } }))).text).toBe('b.d')
    expect(messageOf(read(says('b.d', { user_id: 10002 }))).text).toBe('b.d')
  })

  test('who says too much at once is told once, by the time it was said', () => {
    const read = reader({ groups: ruleOf({ flood: { messages: 3, withinMs: 10_000, muteMs: 60_000 } }) })
    const at = (second: number, over: object = {}) =>
      read(says('hi', { time: 1_790_000_000 + second, message_id: second, ...over }))
    const names = [0, 1, 2, 3, 4, 5].map((second) => eventOf(at(second))?.name)
    expect(names).toEqual([undefined, undefined, undefined, 'flooded', undefined, undefined])
    expect([20, 31, 42, 53].map((second) => eventOf(at(second))?.name)).toEqual(Array(4).fill(undefined))
    expect([60, 61, 62].map((second) => eventOf(at(second, { user_id: 10_000 + second }))?.name)).toEqual(
      Array(3).fill(undefined),
    )
  })
})

test('a mute is whole seconds, one at least and thirty days at most', () => {
  const at = { channel: 'qq', chat: `g${group}`, chatKind: 'group' as const }
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1e12, noNaN: true }), (forMs) => {
      const { params } = actionFor({ kind: 'mute', person: '10001', forMs }, at)
      expect(Number.isInteger(params.duration)).toBe(true)
      expect(params.duration).toBeGreaterThanOrEqual(1)
      expect(params.duration).toBeLessThanOrEqual(2_592_000)
    }),
  )
  expect(actionFor({ kind: 'mute', person: '10001', forMs: 0 }, at).params.duration).toBe(0)
  expect(() => actionFor({ kind: 'kick', person: '1' }, { ...at, chatKind: 'private' })).toThrow('for groups')
})
