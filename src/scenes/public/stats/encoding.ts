import { isUtf8 } from 'node:buffer'
import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { Failure } from './failure.ts'

export type Encoding = 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be'

const CHUNK_BYTES = 1024 * 1024
const SAMPLE_BYTES = 256 * 1024
const QUOTE = 0x22
const LINE_BREAK = 0x0a

/** How a text is written. */
export interface Writing {
  encoding: Encoding
  /** Cells in quotes may hold line breaks. */
  hasLongCells: boolean
}

/**
 * Reads a whole text once. UTF-8 is proved to its end, since a gigabyte may hold its first Chinese word there; what is
 * no UTF-8 is GB18030 (GBK, GB2312) or, by its mark or its NULs, UTF-16. Throws Failure when it is none of these.
 */
export async function writingOf(path: string, signal: AbortSignal): Promise<Writing> {
  const wide = await utf16Of(path)
  if (wide !== undefined) return { encoding: wide, hasLongCells: true }
  const isUtf8 = utf8Proof()
  const hasLongCells = longCellSearch()
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES, signal })) {
    isUtf8.take(chunk)
    hasLongCells.take(chunk)
  }
  return { encoding: isUtf8.found() ? 'utf-8' : 'gb18030', hasLongCells: hasLongCells.found() }
}

/** UTF-16 by its mark, or by the half of its bytes that are NUL in a table with Latin in it. */
async function utf16Of(path: string): Promise<Encoding | undefined> {
  const head = await sampleOf(path)
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  const [even, odd] = nulsIn(head)
  if (odd > head.length / 8 && even < odd / 8) return 'utf-16le'
  if (even > head.length / 8 && odd < even / 8) return 'utf-16be'
  if (even + odd > 0) throw unknownEncoding
  return undefined
}

/** Writes the text anew in UTF-8. Throws Failure where it is not in this encoding after all. */
export async function writeAsUtf8(path: string, encoding: Encoding, to: string, signal: AbortSignal): Promise<void> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  await pipeline(
    createReadStream(path, { highWaterMark: CHUNK_BYTES }),
    async function* decoded(chunks: AsyncIterable<Uint8Array>) {
      try {
        for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true })
        yield decoder.decode()
      } catch (error) {
        throw error instanceof TypeError ? unknownEncoding : error
      }
    },
    createWriteStream(to),
    { signal },
  )
}

/** At even places and at odd ones. */
function nulsIn(bytes: Buffer): [even: number, odd: number] {
  const counts: [number, number] = [0, 0]
  for (let at = bytes.indexOf(0); at !== -1; at = bytes.indexOf(0, at + 1)) counts[at % 2 === 0 ? 0 : 1] += 1
  return counts
}

/** Something to find out about a file that comes in pieces. */
interface Search {
  take(chunk: Buffer): void
  found(): boolean
}

function utf8Proof(): Search {
  let isGood = true
  let rest: Buffer = Buffer.alloc(0)
  return {
    take(chunk) {
      if (!isGood) return
      const bytes = Buffer.concat([rest, chunk])
      const whole = wholeCharacters(bytes)
      isGood = isUtf8(bytes.subarray(0, whole))
      rest = bytes.subarray(whole)
    },
    found: () => isGood && rest.length === 0,
  }
}

/**
 * Line breaks between quotes. In GB18030 no letter has a byte of either. A quote that stands alone may be taken for one
 * that opens: that costs time only.
 */
function longCellSearch(): Search {
  let isInside = false
  let isFound = false
  return {
    take(chunk) {
      for (let at = 0; !isFound && at < chunk.length; ) {
        const quote = chunk.indexOf(QUOTE, at)
        const end = quote === -1 ? chunk.length : quote
        isFound = isInside && chunk.subarray(at, end).includes(LINE_BREAK)
        if (quote !== -1) isInside = !isInside
        at = end + 1
      }
    },
    found: () => isFound,
  }
}

/** How many of the bytes end with a character: the last one may be cut. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) return bytes.length
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return back < length ? bytes.length - back : bytes.length
    }
  }
  return bytes.length
}

async function sampleOf(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

const unknownEncoding = new Failure({
  zh: '认不出文件的编码：它不是 UTF-8、GBK（GB18030）或 UTF-16 的文本。请另存为 UTF-8 的 CSV 再发。',
  en: 'The encoding of the file is unknown: it is no text in UTF-8, GBK (GB18030) or UTF-16. Save it as CSV in UTF-8 and send that.',
})
