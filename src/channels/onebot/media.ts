import { RejectedError } from '../../core/errors.ts'
import { fetchFile } from '../../web/fetch-file.ts'
import type { ChannelPorts, MediaFile } from '../channel.ts'
import type { MediaPart } from './types.ts'

/** What rides in a frame as base64. */
const MOST_MEDIA_BYTES = 20 * 1024 * 1024
const FETCH_MS = 30_000
/** NapCat gives uploads ten seconds and what their size takes at 256 KB/s. */
const UPLOAD_MS = 10_000
const UPLOAD_BYTES_PER_MS = 256

/** How long a call that carries so many bytes may take. */
export function uploadMs(bytes: number): number {
  return Math.ceil(UPLOAD_MS + bytes / UPLOAD_BYTES_PER_MS)
}

/** How long fetching and sending a media part may take; where nobody knows its size yet, as long as the largest. */
export function mediaMs({ media }: MediaPart): number {
  const bytes = media.source === 'inline' ? (media.base64.length / 4) * 3 : MOST_MEDIA_BYTES
  return uploadMs(bytes) + (media.source === 'url' ? FETCH_MS : 0)
}

/** The bytes of a media part. The machine that runs QQ is handed bytes alone, no address and no path of a file. */
export async function loadMedia(
  { media, kind }: MediaPart,
  { readFile }: Pick<ChannelPorts, 'readFile'>,
  allowPrivate: boolean,
  signal: AbortSignal,
): Promise<Pick<MediaFile, 'bytes' | 'name'>> {
  const loaded = await load()
  if (loaded.bytes.length > MOST_MEDIA_BYTES) {
    throw new RejectedError(`onebot: a ${kind} of ${loaded.bytes.length} bytes is larger than ${MOST_MEDIA_BYTES}`)
  }
  return loaded

  async function load(): Promise<Pick<MediaFile, 'bytes' | 'name'>> {
    switch (media.source) {
      case 'inline':
        return { bytes: Buffer.from(media.base64, 'base64'), name: kind }
      case 'kept':
        return readFile(media.fileId)
      case 'url':
        return fetchFile(media.url, { limitBytes: MOST_MEDIA_BYTES, timeoutMs: FETCH_MS, allowPrivate }, signal)
      case 'platform':
        throw new RejectedError('onebot: a file that is at the platform already cannot be sent on')
    }
  }
}

export function asBase64(bytes: Uint8Array): string {
  return `base64://${Buffer.from(bytes).toString('base64')}`
}
