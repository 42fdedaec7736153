import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCq, writeCq } from '../../../src/channels/onebot/cq.ts'
import type { Segment } from '../../../src/channels/onebot/types.ts'
import { vectors } from './vectors.ts'

const { vectors: codes } = vectors<{
  vectors: { id: string; note: string; cq: string; segments: Segment[]; round_trip: boolean }[]
}>('cqcode')

describe('the vectors of CQ codes', () => {
  test.for(codes)('$id: $note', ({ cq, segments, round_trip: isSame }) => {
    expect(readCq(cq)).toEqual(segments)
    if (isSame) expect(writeCq(segments)).toBe(cq)
    expect(readCq(writeCq(segments))).toEqual(segments)
  })
})

test('whatever is written reads as it was', () => {
  const text = fc.record({
    type: fc.constant('text'),
    data: fc.record({ text: fc.string({ minLength: 1, unit: 'binary' }) }),
  })
  const key = fc.stringMatching(/^[a-z_]{1,8}$/)
  const code = fc.record({
    type: fc.stringMatching(/^[a-z]{1,8}$/).filter((type) => type !== 'text'),
    data: fc.dictionary(key, fc.string({ minLength: 1, unit: 'binary' }), { noNullPrototype: true }),
  })
  // Two texts side by side read as one.
  const segments = fc.array(fc.tuple(text, code)).map((pairs) => pairs.flat())
  fc.assert(
    fc.property(segments, (list) => {
      expect(readCq(writeCq(list))).toEqual(list)
    }),
  )
})

test('no text becomes a code', () => {
  const nasty = fc
    .array(fc.constantFrom('[CQ:', 'at', ',', 'qq=all', ']', '&', '&#91;', '&amp;', '[', 'x'))
    .map((list) => list.join(''))
  fc.assert(
    fc.property(nasty, (text) => {
      const written = writeCq([{ type: 'text', data: { text } }])
      expect(written).not.toMatch(/\[CQ:/)
      expect(readCq(written)).toEqual(text === '' ? [] : [{ type: 'text', data: { text } }])
    }),
  )
})

test('a long text of half codes is read at once', () => {
  const startedAt = performance.now()
  for (const piece of ['[CQ:', '[CQ:at,', '[CQ:at,qq=1', '[']) expect(readCq(piece.repeat(50_000))).toHaveLength(1)
  expect(performance.now() - startedAt).toBeLessThan(5_000)
})
