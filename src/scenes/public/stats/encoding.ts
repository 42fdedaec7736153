import { isUtf8 } from 'node:buffer'
import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { Failure } from './failure.ts'

export type Encoding = 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be'

const CHUNK_BYTES = 1024 * 1024
const SAMPLE_BYTES = 256 * 1024

/**
 * The encoding of a text. UTF-8 is proved over the whole file, since a gigabyte may hold its first Chinese word at its end; what is no UTF-8 is
 * GB18030 (GBK, GB2312) or, by its mark or its NULs, UTF-16. Throws Failure when it is none of these.
 */
export async function encodingOf(path: string, signal: AbortSignal): Promise<Encoding> {
  const head = await sampleOf(path)
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  const nuls = [0, 1].map((parity) => head.filter((byte, at) => at % 2 === parity && byte === 0).length)
  const [even = 0, odd = 0] = nuls
  if (odd > head.length / 8 && even < odd / 8) return 'utf-16le'
  if (even > head.length / 8 && odd < even / 8) return 'utf-16be'
  if (even + odd > 0) throw unknownEncoding
  if (await isAllUtf8(path, signal)) return 'utf-8'
  return 'gb18030'
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

async function isAllUtf8(path: string, signal: AbortSignal): Promise<boolean> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES, signal })) {
    const bytes: Buffer = Buffer.concat([rest, chunk])
    const whole = wholeCharacters(bytes)
    if (!isUtf8(bytes.subarray(0, whole))) return false
    rest = bytes.subarray(whole)
  }
  return rest.length === 0
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
