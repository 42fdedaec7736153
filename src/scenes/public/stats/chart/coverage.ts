/**
 * Which letters a font has, by its `cmap`: https://learn.microsoft.com/typography/opentype/spec/cmap. Of a collection the first font counts. A file that is no
 * font has none.
 */
export function covers(font: Buffer): (codePoint: number) => boolean {
  try {
    const start = font.toString('latin1', 0, 4) === 'ttcf' ? font.readUInt32BE(12) : 0
    const tables = Array.from({ length: font.readUInt16BE(start + 4) }, (_, index) => start + 12 + index * 16)
    const cmap = tables.find((at) => font.toString('latin1', at, at + 4) === 'cmap')
    if (cmap === undefined) return () => false
    const base = font.readUInt32BE(cmap + 8)
    const parts = Array.from(
      { length: font.readUInt16BE(base + 2) },
      (_, index) => base + font.readUInt32BE(base + 8 + index * 8),
    )
    const readers = parts.flatMap((at) => {
      const format = font.readUInt16BE(at)
      return format === 12 ? [segmentsOf12(font, at)] : format === 4 ? [segmentsOf4(font, at)] : []
    })
    return (codePoint) => readers.some((segments) => within(segments, codePoint))
  } catch (error) {
    // A file that is cut off or no font at all.
    if (error instanceof RangeError) return () => false
    throw error
  }
}

interface Segment {
  first: number
  last: number
  has(codePoint: number): boolean
}

function within(segments: readonly Segment[], codePoint: number): boolean {
  let low = 0
  let high = segments.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const segment = segments[middle]
    if (segment === undefined) return false
    if (codePoint > segment.last) low = middle + 1
    else if (codePoint < segment.first) high = middle - 1
    else return segment.has(codePoint)
  }
  return false
}

function segmentsOf12(font: Buffer, at: number): Segment[] {
  return Array.from({ length: font.readUInt32BE(at + 12) }, (_, index) => {
    const group = at + 16 + index * 12
    return { first: font.readUInt32BE(group), last: font.readUInt32BE(group + 4), has: () => true }
  })
}

function segmentsOf4(font: Buffer, at: number): Segment[] {
  const count = font.readUInt16BE(at + 6) / 2
  const lasts = at + 14
  const firsts = lasts + count * 2 + 2
  const deltas = firsts + count * 2
  const offsets = deltas + count * 2
  return Array.from({ length: count }, (_, index) => {
    const first = font.readUInt16BE(firsts + index * 2)
    const delta = font.readUInt16BE(deltas + index * 2)
    const offset = font.readUInt16BE(offsets + index * 2)
    const has = (codePoint: number): boolean => {
      if (offset === 0) return ((codePoint + delta) & 0xffff) !== 0
      // The offset counts from where it stands itself.
      const glyph = font.readUInt16BE(offsets + index * 2 + offset + (codePoint - first) * 2)
      return glyph !== 0
    }
    return { first, last: font.readUInt16BE(lasts + index * 2), has }
  })
}
