import { RejectedError } from '../core/errors.ts'

/** All bytes of a stream. Throws RejectedError, and leaves the stream, when there are more than `limitBytes`. */
export async function readAtMost(
  stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limitBytes: number,
): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > limitBytes) throw new RejectedError(`the file is larger than ${Math.floor(limitBytes / 1024 / 1024)} MB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
