import { crc32, deflateSync } from 'node:zlib'

/** A PNG that goes from blue to orange; no picture library, see https://www.w3.org/TR/png/. */
export function gradientPng(width: number, height: number): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8) // 8 bits a channel, RGB, and the only compression, filter and order there are by default
  const rows = Buffer.alloc(height * (1 + width * 3)) // each row starts with its filter: 0, none
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const mix = (x / width + y / height) / 2
      rows.set([48 + 200 * mix, 110 + 40 * mix, 220 - 180 * mix], y * (1 + width * 3) + 1 + x * 3)
    }
  }
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const framed = Buffer.alloc(named.length + 8)
  framed.writeUInt32BE(content.length, 0)
  named.copy(framed, 4)
  framed.writeUInt32BE(crc32(named), named.length + 4)
  return framed
}
