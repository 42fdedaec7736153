import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isLinkGood, linkPath } from '../../src/core/file-link.ts'

const key = 'a'.repeat(64)
const until = 1_800_000_000_000

function partsOf(path: string): { fileId: string; until: string; signed: string } {
  const [, , fileId = '', time = '', signed = ''] = path.split('/')
  return { fileId, until: time, signed }
}

test('a link is good until its time and not a moment longer', () => {
  const link = partsOf(linkPath(key, 'file-1', until))
  expect(isLinkGood(key, link, 0)).toBe(true)
  expect(isLinkGood(key, link, until - 1)).toBe(true)
  expect(isLinkGood(key, link, until)).toBe(false)
})

test('a link for another file, for longer, or of another installation is no good', () => {
  const link = partsOf(linkPath(key, 'file-1', until))
  expect(isLinkGood(key, { ...link, fileId: 'file-2' }, 0)).toBe(false)
  expect(isLinkGood(key, { ...link, until: (until + 1).toString(36) }, 0)).toBe(false)
  expect(isLinkGood('b'.repeat(64), link, 0)).toBe(false)
  expect(isLinkGood(key, { ...link, signed: '' }, 0)).toBe(false)
})

test('no other spelling of a link is good', () => {
  const link = partsOf(linkPath(key, 'file-1', until))
  for (const time of [
    ` ${link.until}`,
    link.until.toUpperCase(),
    `0${link.until}`,
    `${link.until}.5`,
    `+${link.until}`,
  ])
    expect(isLinkGood(key, { ...link, until: time }, 0)).toBe(false)
  // Each letter of its signature as any other: the last one has bits that stand for nothing.
  const letter = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=')
  fc.assert(
    fc.property(fc.nat({ max: link.signed.length }), letter, (at, other) => {
      const signed = link.signed.slice(0, at) + other + link.signed.slice(at + 1)
      expect(isLinkGood(key, { ...link, signed }, 0)).toBe(signed === link.signed)
    }),
    { numRuns: 500 },
  )
  for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
    const signed = link.signed.slice(0, -1) + last
    expect(isLinkGood(key, { ...link, signed }, 0)).toBe(signed === link.signed)
  }
  fc.assert(
    fc.property(fc.base64String({ maxLength: 60 }), (signed) => {
      expect(isLinkGood(key, { ...link, signed }, 0)).toBe(false)
    }),
  )
})
