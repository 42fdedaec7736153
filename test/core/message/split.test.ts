import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clipText, codePoints, splitNumbered, splitText, utf8Bytes } from '../../../src/core/message/split.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc
    .array(fc.constantFrom('字', '，', '。', ' ', '\n', 'word', '👨‍👩‍👧‍👦', 'é', '\r\n', 'e\u0301', '🇨🇳'), {
      maxLength: 400,
    })
    .map((pieces) => pieces.join('')),
)

test('the parts are the text, and none is over the limit', () => {
  fc.assert(
    fc.property(
      anyText,
      fc.integer({ min: 4, max: 64 }),
      fc.constantFrom(utf8Bytes, codePoints),
      (text, limit, size) => {
        const parts = splitText(text, limit, size)
        expect(parts.join('')).toBe(text)
        for (const part of parts) expect(size(part)).toBeLessThanOrEqual(limit)
      },
    ),
  )
})

test('no part but the only one is empty', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 4, max: 64 }), (text, limit) => {
      const parts = splitText(text, limit)
      expect(parts.length === 1 || parts.every((part) => part !== '')).toBe(true)
    }),
  )
})

test('a part never ends inside a character as people see it', () => {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  fc.assert(
    fc.property(anyText, (text) => {
      const borders = new Set([...segmenter.segment(text)].map(({ index }) => index))
      let at = 0
      for (const part of splitText(text, 30, codePoints).slice(0, -1)) {
        at += part.length
        expect(borders.has(at)).toBe(true)
      }
    }),
  )
  expect(splitText('👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 60)).toEqual(['👨‍👩‍👧‍👦👨‍👩‍👧‍👦', '👨‍👩‍👧‍👦'])
})

test('a character that is over the limit by itself is cut between its code points', () => {
  const parts = splitText('👨‍👩‍👧‍👦', 16)
  expect(parts.length).toBeGreaterThan(1)
  for (const part of parts) expect(part.isWellFormed()).toBe(true)
})

test('a line break is the best place to cut, then a space or a Chinese punctuation mark', () => {
  expect(splitText('first line\nsecond and more', 16)).toEqual(['first line\n', 'second and more'])
  expect(splitText('one two three four', 10)).toEqual(['one two ', 'three four'])
  expect(splitText('今天天气很好，我们出去走走', 24)).toEqual(['今天天气很好，', '我们出去走走'])
})

test('a break near the front is not worth a stump of a part', () => {
  expect(splitText(`a\n${'b'.repeat(30)}`, 20)).toEqual([`a\n${'b'.repeat(18)}`, 'b'.repeat(12)])
})

test('numbered parts keep to the limit with their numbers, and say how many there are', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 24, max: 64 }), (text, limit) => {
      const parts = splitNumbered(text, limit)
      for (const part of parts) expect(utf8Bytes(part)).toBeLessThanOrEqual(limit)
      if (parts.length === 1) {
        expect(parts).toEqual([text])
        return
      }
      const heads = parts.map((part) => /^\(\d+\/\d+\)\n/.exec(part)?.[0] ?? '')
      expect(heads).toEqual(parts.map((_, i) => `(${i + 1}/${parts.length})\n`))
      expect(parts.map((part, i) => part.slice(heads[i]?.length)).join('')).toBe(text)
    }),
  )
})

test('a clipped text shows that something is missing', () => {
  expect(clipText('short', 10)).toBe('short')
  expect(clipText('四个汉字', 9)).toBe('四个…')
  expect(clipText('abcdefghij', 5, codePoints)).toBe('abcd…')
})
