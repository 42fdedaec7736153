import fc from 'fast-check'
import { expect, test } from 'vitest'
import { whyOf } from '../../../src/core/text/why.ts'

test('an error says its message, a string itself', () => {
  expect(whyOf(new TypeError('x is undefined'))).toBe('x is undefined')
  expect(whyOf('thrown text')).toBe('thrown text')
  expect(whyOf(undefined)).toBe('undefined')
})

test('what no string can be made of has words too', () => {
  expect(whyOf({ toString: [] })).toBe('{ toString: [] }')
  expect(whyOf(Object.create(null))).toBe('[Object: null prototype] {}')
  fc.assert(fc.property(fc.anything({ withNullPrototype: true }), (thrown) => typeof whyOf(thrown) === 'string'))
})
