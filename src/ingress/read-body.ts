import type { IncomingMessage } from 'node:http'

export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError'
}

/** A client that is still sending sees our answer only if we go on taking what it sends; so long it may. */
const LINGER_MS = 2_000

/**
 * The request's body as it came, whatever its content type says. Throws BodyTooLargeError at `mostBytes`, and keeps no
 * more than that.
 */
export function readBody(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = []
    let bytes = 0
    let isTooLarge = false
    const refuse = (): void => {
      isTooLarge = true
      chunks = []
      const timer = setTimeout(() => request.destroy(), LINGER_MS)
      request.once('close', () => clearTimeout(timer))
      reject(new BodyTooLargeError('the body is too large'))
    }
    request.on('data', (chunk: Buffer) => {
      if (isTooLarge) return
      bytes += chunk.length
      if (bytes > mostBytes) refuse()
      else chunks.push(chunk)
    })
    request.once('end', () => {
      const [only] = chunks
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks))
    })
    request.once('error', reject)
    if (Number(request.headers['content-length'] ?? 0) > mostBytes) refuse()
  })
}
