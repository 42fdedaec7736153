import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { forwardAction, messageAction, uploadAction, withoutReferences } from '../../../src/channels/onebot/actions.ts'
import { writeCq } from '../../../src/channels/onebot/cq.ts'
import { faultOf, isDone } from '../../../src/channels/onebot/faults.ts'
import { splitParts, TEXT_CHARS } from '../../../src/channels/onebot/split.ts'
import { answerSchema, type Segment, sentSchema } from '../../../src/channels/onebot/types.ts'
import type { Delivery } from '../../../src/core/delivery/delivery.ts'
import { QuotaError, RejectedError, SetupError, UnavailableError, UnsureError } from '../../../src/core/errors.ts'
import type { Part } from '../../../src/core/message/part.ts'
import { vectors } from './vectors.ts'

const text = (words: string): Part => ({ kind: 'text', text: words })
const group = { channel: 'qq', chat: 'g987654321', chatKind: 'group', account: '3100000001' } as const
const person = { channel: 'qq', chat: '2854200001', chatKind: 'private', account: '3100000001' } as const

function aDelivery(to: Delivery['to'], part: Part): Delivery {
  return { id: 'd-1', to, part, createdAt: 0, expiresAt: Number.MAX_SAFE_INTEGER }
}

const segmentsOf = ({ params }: { params: Record<string, unknown> }) => params.message as Segment[]

describe('the vectors of actions', () => {
  interface Vector {
    id: string
    title: string
    response: { frames?: object[]; frame?: object; status?: string } | null
    expect: { outcome: string; platform_message_id?: string }
  }
  const { vectors: actions } = vectors<{ vectors: Vector[] }>('actions')
  const families: Record<string, new (...args: never[]) => Error> = {
    'permanent-failure': RejectedError,
    'permanent-failure-of-this-shape': RejectedError,
    ambiguous: UnsureError,
    'retryable-once-with-delay': QuotaError,
    'auth-failure; back off, do not hot-loop reconnects': SetupError,
    'not-found; continue without quote context': RejectedError,
  }

  test.for(actions)('$id: $title', ({ id, response, expect: expected }) => {
    // Silence and answers that come late are the connection's, see reverse.test.ts.
    const frames = response?.frames ?? (response?.frame ? [response.frame] : response?.status ? [response] : [])
    for (const frame of frames) {
      const answer = answerSchema.parse(frame)
      const family = families[expected.outcome]
      if (family === undefined) expect(isDone(answer)).toBe(true)
      else {
        expect(isDone(answer)).toBe(false)
        expect(faultOf(answer, id)).toBeInstanceOf(family)
      }
      if (expected.platform_message_id)
        expect(sentSchema.parse(answer.data).message_id).toBe(expected.platform_message_id)
    }
  })

  test('none of them is left out', () => {
    expect(actions).toHaveLength(21)
  })
})

test.for<[number, string, new (...args: never[]) => Error]>([
  [1200, 'Timeout: NTEvent', UnsureError],
  [1200, '发送超时', UnsureError],
  [9000, '', UnsureError],
  [1200, '账号已离线', UnavailableError],
  [1200, '消息发送过于频繁', QuotaError],
  [1200, 'Get Uid Error', RejectedError],
  [120, '', RejectedError],
  [403, '', SetupError],
])('%s “%s”', ([retcode, message, family]) => {
  expect(faultOf({ status: 'failed', retcode, message }, 'it')).toBeInstanceOf(family)
})

test('the platform’s words are told, without tokens', () => {
  const answer = {
    status: 'failed',
    retcode: 1200,
    data: null,
    echo: '',
    message: 'no such page ?access_token=secret&x=1',
  }
  const { message } = faultOf(answer, 'delivery d-1')
  expect(message).toContain('delivery d-1')
  expect(message).toContain('no such page')
  expect(message).not.toContain('secret')
})

describe('a message', () => {
  test('goes to its one chat by the action for its kind', () => {
    expect(messageAction(aDelivery(group, text('完成')))).toEqual({
      action: 'send_group_msg',
      params: { group_id: '987654321', message: [{ type: 'text', data: { text: '完成' } }] },
    })
    expect(messageAction(aDelivery(person, text('完成')))).toMatchObject({
      action: 'send_private_msg',
      params: { user_id: '2854200001' },
    })
    expect(messageAction(aDelivery(person, text('完成'))).params).not.toHaveProperty('group_id')
  })

  test('to a stranger from a group names that group', () => {
    const { params } = messageAction(aDelivery({ ...person, thread: '20001' }, text('hi')))
    expect(params).toMatchObject({ user_id: '2854200001', group_id: '20001' })
  })

  test('quotes the question in a group, once', () => {
    const to = { ...group, replyTo: '-7' }
    expect(segmentsOf(messageAction(aDelivery(to, text('yes'))))[0]).toEqual({ type: 'reply', data: { id: '-7' } })
    const [first, second] = splitParts([text('长'.repeat(TEXT_CHARS + 1))], 'split')
    expect(segmentsOf(messageAction(aDelivery(to, first ?? text(''))))[0]?.type).toBe('reply')
    expect(segmentsOf(messageAction(aDelivery(to, second ?? text(''))))[0]?.type).toBe('text')
    expect(segmentsOf(messageAction(aDelivery({ ...person, replyTo: '-7' }, text('yes'))))).toHaveLength(1)
  })

  test('points out the people before its text', () => {
    const [part] = splitParts([{ kind: 'mention', person: '10001' }, text('done')], 'split')
    expect(segmentsOf(messageAction(aDelivery(group, part ?? text(''))))).toEqual([
      { type: 'at', data: { qq: '10001' } },
      { type: 'text', data: { text: ' ' } },
      { type: 'text', data: { text: 'done' } },
    ])
  })

  test('can be said without what an implementation does not know', () => {
    const to = { ...group, replyTo: '-7' }
    const [part] = splitParts([{ kind: 'mention', person: '10001' }, text('done')], 'split')
    const plain = withoutReferences(messageAction(aDelivery(to, part ?? text(''))))
    expect(plain && segmentsOf(plain).map(({ data }) => data.text)).toEqual(['@10001', ' ', 'done'])
    expect(withoutReferences(messageAction(aDelivery(group, text('done'))))).toBeUndefined()
  })

  test('whatever its text says, it is one text segment', () => {
    const nasty = fc.oneof(
      fc.string({ minLength: 1, unit: 'binary' }),
      fc
        .array(fc.constantFrom('[CQ:', 'image', ',file=file:///etc/passwd', ',qq=all', ']', '&#91;', '@all '), {
          minLength: 1,
        })
        .map((list) => list.join('')),
    )
    fc.assert(
      fc.property(nasty, (words) => {
        const segments = segmentsOf(messageAction(aDelivery(group, text(words))))
        expect(segments).toEqual([{ type: 'text', data: { text: words } }])
        expect(writeCq(segments)).not.toContain('[CQ:')
      }),
    )
  })

  test('data are texts alone', () => {
    const part: Part = { kind: 'native', platform: 'onebot', body: { type: 'face', data: { id: 14, big: true } } }
    expect(segmentsOf(messageAction(aDelivery(group, part)))).toEqual([
      { type: 'face', data: { id: '14', big: 'true' } },
    ])
  })
})

describe('what is said', () => {
  test('is cut into numbered messages, or is one merged forward', () => {
    const long = [text('长'.repeat(TEXT_CHARS * 2 + 1))]
    expect(splitParts(long, 'split')).toHaveLength(3)
    const [forward] = splitParts(long, 'forward')
    expect(forward).toMatchObject({ kind: 'native', body: { forward: [expect.any(String), expect.any(String), '长'] } })
    expect(forwardAction(aDelivery(group, forward ?? text('')), ['a', 'b'], '3100000001')).toMatchObject({
      action: 'send_group_forward_msg',
      params: { messages: [{ type: 'node', data: { user_id: '3100000001', uin: '3100000001' } }, { type: 'node' }] },
    })
  })

  test('with buttons tells their commands', () => {
    const card: Part = { kind: 'card', title: '审批', buttons: [{ label: '同意', command: 'approve 12' }] }
    expect(splitParts([card], 'split')).toEqual([text('审批\n▸ 同意: approve 12')])
  })

  test('by a mention alone is still said, and an event is not', () => {
    expect(splitParts([{ kind: 'mention', person: '10001' }], 'split')).toEqual([
      { kind: 'text', text: '', mentions: [{ person: '10001' }] },
    ])
    expect(splitParts([{ kind: 'event', name: 'x' }, text('  ')], 'split')).toEqual([])
  })
})

test('a file is uploaded under its name', () => {
  const part = { kind: 'file', media: { source: 'inline', base64: 'AA==' }, name: '报表.csv' } as const
  expect(uploadAction({ ...aDelivery(group, part), part }, 'base64://AA==', 'file')).toEqual({
    action: 'upload_group_file',
    params: { group_id: '987654321', file: 'base64://AA==', name: '报表.csv' },
  })
})
