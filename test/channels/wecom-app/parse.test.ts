import { describe, expect, test } from 'vitest'
import { writeXml, type XmlChild } from '../../../src/channels/wecom/xml.ts'
import { parse } from '../../../src/channels/wecom-app/parse.ts'
import { UnverifiedError } from '../../../src/core/errors.ts'
import { messageSchema } from '../../../src/core/message/message.ts'

type Fields = Record<string, XmlChild>

function received(fields: Fields, channel: Parameters<typeof parse>[1] = { id: 'staff' }) {
  const common: Fields = { ToUserName: 'ww1', FromUserName: 'zhang.san', CreateTime: 1_790_000_000, AgentID: 1_000_002 }
  return parse(writeXml('xml', Object.entries({ ...common, ...fields })), channel, 1_790_000_001_000)
}

function message(fields: Fields) {
  const inbound = received(fields)
  if (inbound.kind !== 'message') return expect.fail(`not a message: ${JSON.stringify(inbound)}`)
  return messageSchema.parse(inbound.message)
}

const event = (name: string, fields: Fields = {}) => message({ MsgType: 'event', Event: name, ...fields })
const platform = (id: string) => ({ source: 'platform', id })

describe('what people send', () => {
  test('a text is a message to the app, from and to the person', () => {
    expect(message({ MsgType: 'text', Content: ' demo echo\n007 ', MsgId: '9223372036854775807' })).toEqual({
      id: 'staff-9223372036854775807',
      from: { channel: 'staff', chat: 'zhang.san', chatKind: 'private' },
      sender: { id: 'zhang.san' },
      text: ' demo echo\n007 ',
      parts: [{ kind: 'text', text: ' demo echo\n007 ' }],
      sentAt: 1_790_000_000_000,
      receivedAt: 1_790_000_001_000,
    })
  })

  test('pictures, voices, videos and files stay at the platform under their ids', () => {
    const fields = { MediaId: 'm-1', MsgId: '1' }
    expect(message({ MsgType: 'image', ...fields }).parts).toEqual([{ kind: 'image', media: platform('m-1') }])
    expect(message({ MsgType: 'video', ...fields }).parts).toEqual([{ kind: 'video', media: platform('m-1') }])
    expect(message({ MsgType: 'file', ...fields }).parts).toEqual([{ kind: 'file', media: platform('m-1') }])
    expect(message({ MsgType: 'voice', Format: 'amr', ...fields }).parts).toEqual([
      { kind: 'voice', media: platform('m-1'), type: 'audio/amr' },
    ])
  })

  test('a location has its latitude first', () => {
    const fields = { Location_X: '23.134521', Location_Y: '113.358803', Label: '广州', MsgId: '1' }
    expect(message({ MsgType: 'location', ...fields }).parts).toEqual([
      { kind: 'location', latitude: 23.134521, longitude: 113.358803, label: '广州' },
    ])
  })

  test('a link keeps its picture', () => {
    const fields = {
      Title: 't',
      Description: 'd',
      Url: 'https://example.com/?a=1&b=2',
      PicUrl: 'https://p',
      MsgId: '1',
    }
    expect(message({ MsgType: 'link', ...fields }).parts).toEqual([
      { kind: 'link', title: 't', description: 'd', url: 'https://example.com/?a=1&b=2', picture: 'https://p' },
    ])
  })
})

describe('what happens', () => {
  test('a pressed menu says its key', () => {
    const click = event('click', { EventKey: 'demo echo hi' })
    expect(click.text).toBe('demo echo hi')
    expect(click.parts).toEqual([{ kind: 'event', name: 'click', key: 'demo echo hi' }])
    expect(click.id).toMatch(/^staff-e-[0-9a-f]{32}$/)
  })

  test('a pressed card says its button and tells what was chosen, one choice as a list too', () => {
    const chosen = [
      [
        'SelectedItem',
        [
          ['QuestionKey', 'q1'],
          ['OptionIds', [['OptionId', 'a1']]],
        ],
      ],
    ] as const
    const press = event('template_card_event', { EventKey: 'approve 12', TaskId: 't', SelectedItems: chosen })
    expect(press.text).toBe('approve 12')
    expect(press.parts).toEqual([
      {
        kind: 'event',
        name: 'template_card_event',
        key: 'approve 12',
        data: {
          TaskId: 't',
          SelectedItems: { SelectedItem: [{ QuestionKey: 'q1', OptionIds: { OptionId: ['a1'] } }] },
        },
      },
    ])
    expect(event('template_card_menu_event', { EventKey: 'mute' }).text).toBe('mute')
  })

  test('other events say nothing', () => {
    for (const name of ['subscribe', 'unsubscribe', 'enter_agent', 'view', 'scancode_waitmsg', 'pic_weixin']) {
      const happened = event(name, { EventKey: 'k' })
      expect(happened.text).toBe('')
      expect(happened.parts).toEqual([{ kind: 'event', name, key: 'k' }])
    }
  })

  test('an event with a place has a location', () => {
    const place = { kind: 'location', latitude: 23.104, longitude: 113.32 }
    expect(event('LOCATION', { Latitude: '23.104', Longitude: '113.320' }).parts[1]).toEqual(place)
    const sent = [
      ['Location_X', '23'],
      ['Location_Y', '113'],
      ['Label', '广州市'],
    ] as const
    expect(event('location_select', { SendLocationInfo: sent }).parts[1]).toEqual({
      kind: 'location',
      latitude: 23,
      longitude: 113,
      label: '广州市',
    })
  })

  test('two presses in one second are two messages, a redelivered one is one', () => {
    const press = (TaskId: string) => event('template_card_event', { EventKey: 'ok', TaskId }).id
    expect(press('t-1')).toBe(press('t-1'))
    expect(press('t-1')).not.toBe(press('t-2'))
  })
})

describe('what is ignored, with the reason', () => {
  test.each<[string, Fields]>([
    [
      'the event change_contact of the system, not of a person',
      { MsgType: 'event', Event: 'change_contact', FromUserName: 'sys' },
    ],
    ['the event some_future_event', { MsgType: 'event', Event: 'some_future_event' }],
    ['a message of the type some_future_type', { MsgType: 'some_future_type', MsgId: '1' }],
    ['a message of the type constructor', { MsgType: 'constructor', MsgId: '1' }],
    ['a message of the type image', { MsgType: 'image', MsgId: '1' }],
    ['a message of the type location', { MsgType: 'location', Location_X: 'x', Location_Y: '', MsgId: '1' }],
    ['a message from nobody', { MsgType: 'text', FromUserName: '' }],
  ])('%s', (why, fields) => {
    expect(received(fields)).toEqual({ kind: 'ignored', why, ack: { status: 200, body: '' } })
  })
})

describe('XML that is none', () => {
  test.each([
    ['text', 'hello'],
    ['nothing', ''],
    ['another root', '<html></html>'],
    ['a text for a root', '<xml>text</xml>'],
    ['two roots', '<xml><a>1</a></xml><xml><a>1</a></xml>'],
    ['an open element', '<xml><a>1</xml>'],
    ['a DOCTYPE', '<!DOCTYPE xml><xml><MsgType>text</MsgType></xml>'],
    ['a DOCTYPE inside', '<xml><!DOCTYPE x [<!ENTITY e "boom">]><MsgType>&e;</MsgType></xml>'],
    ['a prototype', '<xml><__proto__>1</__proto__></xml>'],
    ['a number too large for a character', '<xml><MsgType>&#x110000;</MsgType></xml>'],
  ])('%s is refused', (_, payload) => {
    expect(() => parse(payload, { id: 'staff' }, 0)).toThrow(UnverifiedError)
  })

  test('a person may write about a DOCTYPE', () => {
    expect(message({ MsgType: 'text', Content: '<!DOCTYPE html>]]>&amp;', MsgId: '1' }).text).toBe(
      '<!DOCTYPE html>]]>&amp;',
    )
  })

  test('entities outside CDATA are decoded', () => {
    const inbound = parse(
      '<xml><FromUserName>a</FromUserName><MsgType>text</MsgType><Content>&lt;&#20013;&#x6587;&gt; &amp;lt;</Content></xml>',
      { id: 'staff', lang: 'en' },
      0,
    )
    expect(inbound).toMatchObject({ message: { text: '<中文> &lt;', lang: 'en' } })
  })
})
