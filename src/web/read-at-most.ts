import { RejectedError } from '../core/errors.ts'

/** There is more than may be taken. */
export class TooLargeError extends RejectedError {}

/** All bytes of a stream. Throws TooLargeError, and leaves the stream, when there are more than `limitBytes`. */
export async function readAtMost(
  stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limitBytes: number,
): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of atMost(stream, limitBytes)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** A stream as it comes, up to `limitBytes`. Throws as `readAtMost` does. */
export async function* atMost(
  stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limitBytes: number,
): AsyncIterable<Uint8Array> {
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > limitBytes) throw new TooLargeError(`the file is larger than ${Math.floor(limitBytes / 1024 / 1024)} MB`)
    yield chunk
  }
}
