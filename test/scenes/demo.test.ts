import { inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { chineseText } from '../../src/scenes/public/demo/chinese-text.ts'
import { gradientPng } from '../../src/scenes/public/demo/gradient-png.ts'

test('a Chinese text has exactly the bytes it should have', () => {
  for (const bytes of [1, 2, 3, 2047, 2048, 2049, 5000, 100_000]) {
    expect(Buffer.byteLength(chineseText(bytes))).toBe(bytes)
  }
  expect(chineseText(3)).toMatch(/^\p{Script=Han}$/u)
})

test('the picture is a PNG with a whole image in it', () => {
  const png = Buffer.from(gradientPng(20, 10))
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([20, 10])
  const dataAt = png.indexOf('IDAT')
  const data = png.subarray(dataAt + 4, dataAt + 4 + png.readUInt32BE(dataAt - 4))
  expect(inflateSync(data)).toHaveLength(10 * (1 + 20 * 3))
  expect(png.subarray(-8, -4).toString()).toBe('IEND')
})
