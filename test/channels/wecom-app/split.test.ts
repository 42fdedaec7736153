import { describe, expect, test } from 'vitest'
import { splitParts } from '../../../src/channels/wecom-app/split.ts'
import type { Part } from '../../../src/core/message/part.ts'

const text = (value: string): Part => ({ kind: 'text', text: value })
const buttons = (count: number) => Array.from({ length: count }, (_, i) => ({ label: `选 ${i}`, command: `pick ${i}` }))

test('a long text is numbered, markdown too', () => {
  for (const kind of ['text', 'markdown'] as const) {
    const parts = splitParts([{ kind, text: '汉'.repeat(1400) }])
    expect(parts.map((part) => part.kind === kind && part.text.slice(0, 6))).toEqual(['(1/3)\n', '(2/3)\n', '(3/3)\n'])
  }
})

test('mentions and quotes become words of the text they stand at', () => {
  expect(
    splitParts([
      { kind: 'quote', text: '报表呢' },
      { kind: 'mention', person: 'li.si', name: '李四' },
      text('好了'),
      { kind: 'mention', person: 'wang.wu' },
    ]),
  ).toEqual([text('「报表呢」\n@李四 好了'), text('@wang.wu ')])
})

test('a location is said in words; events and blank texts are left out', () => {
  expect(
    splitParts([
      { kind: 'location', latitude: 23.1, longitude: 113.2, label: '广州' },
      { kind: 'event', name: 'done' },
      text(' \n'),
    ]),
  ).toEqual([text('广州 (23.1, 113.2)')])
})

test('more than eight articles are several messages', () => {
  const articles = Array.from({ length: 17 }, (_, i) => ({ title: `${i}`, url: 'https://example.com' }))
  const parts = splitParts([{ kind: 'news', articles }])
  expect(parts.map((part) => part.kind === 'news' && part.articles.length)).toEqual([8, 8, 1])
})

test('files, links and native forms stay as they are', () => {
  const parts: Part[] = [
    { kind: 'file', media: { source: 'kept', fileId: 'f-1' }, name: 'a.csv' },
    { kind: 'link', title: 't', url: 'https://example.com' },
    { kind: 'native', platform: 'wecom-app', body: { card_type: 'text_notice' } },
  ]
  expect(splitParts(parts)).toEqual(parts)
})

describe('cards', () => {
  test('a card that fits is one', () => {
    const facts = [{ name: '队伍', value: 'A' }]
    const card: Part = { kind: 'card', title: '发布？', text: '第 42 周', facts, buttons: buttons(6) }
    expect(splitParts([card])).toEqual([card])
  })

  test('more than six buttons are several cards', () => {
    const parts = splitParts([{ kind: 'card', title: '选', text: '哪个', buttons: buttons(8) }])
    expect(parts).toEqual([
      { kind: 'card', title: '选', text: '哪个', buttons: buttons(6) },
      { kind: 'card', title: '选', buttons: buttons(8).slice(6) },
    ])
  })

  test('what a card has no room for is said in full before it', () => {
    const title = '题'.repeat(40)
    const words = '字'.repeat(200)
    const facts = [{ name: '一个很长的名字', value: 'v' }]
    const [ahead, card] = splitParts([{ kind: 'card', title, text: words, facts, buttons: buttons(1) }])
    expect(ahead).toEqual(text(`${title}\n${words}\n一个很长的名字: v`))
    expect(card).toEqual({ kind: 'card', title: `${'题'.repeat(35)}…`, buttons: buttons(1) })
  })

  test('a card without buttons and without an address is a text', () => {
    const facts = [{ name: '队伍', value: 'A' }]
    expect(splitParts([{ kind: 'card', title: '完成', text: '三步', facts }])).toEqual([text('完成\n三步\n队伍: A')])
  })
})
