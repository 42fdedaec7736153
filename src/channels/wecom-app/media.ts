import { z } from 'zod'
import type { Delivery } from '../../core/delivery/delivery.ts'
import { RejectedError, UnavailableError } from '../../core/errors.ts'
import type { Media } from '../../core/message/part.ts'
import { fetchFile } from '../../web/fetch-file.ts'
import type { ChannelPorts, MediaFile } from '../channel.ts'
import { MOST_MEDIA_BYTES, type UploadType, type WecomClient } from '../wecom/client.ts'
import { faultOf } from './faults.ts'
import type { MediaPart } from './types.ts'

const MB = 1024 * 1024
const FETCH_MS = 30_000
/** WeCom keeps an upload for three days; an hour is left for what waits between. */
const KEPT_MS = (3 * 24 - 1) * 3_600_000
const TOO_LARGE = 45001

/** What may go as its own kind: https://developer.work.weixin.qq.com/document/path/90253 */
const kinds: Readonly<Record<UploadType, { mostBytes: number; looksRight: (bytes: Uint8Array) => boolean }>> = {
  image: { mostBytes: 10 * MB, looksRight: (bytes) => starts(bytes, '\xff\xd8\xff') || starts(bytes, '\x89PNG') },
  voice: { mostBytes: 2 * MB, looksRight: (bytes) => starts(bytes, '#!AMR') },
  video: { mostBytes: 10 * MB, looksRight: (bytes) => starts(bytes.subarray(4), 'ftyp') },
  file: { mostBytes: MOST_MEDIA_BYTES, looksRight: () => true },
}

const uploadedSchema = z.object({ type: z.enum(['image', 'voice', 'video', 'file']), mediaId: z.string().min(1) })
/** A file at WeCom, and as what it is there. */
export type Uploaded = z.infer<typeof uploadedSchema>

export interface MediaUploads {
  /**
   * The delivery's file at WeCom. Uploaded once: later calls, of any process, get the same media id, so that a repeated
   * send is the same request. `stale`: what an earlier call gave and WeCom no longer knows. Throws RejectedError for a
   * file that WeCom does not take.
   */
  of(delivery: Delivery, part: MediaPart, signal: AbortSignal, stale?: Uploaded): Promise<Uploaded>
}

export function mediaUploads(
  client: WecomClient,
  ports: Pick<ChannelPorts, 'readFile' | 'shared'>,
  allowPrivateUrls: boolean,
): MediaUploads {
  async function load(media: Media, signal: AbortSignal): Promise<Partial<MediaFile> & { bytes: Uint8Array }> {
    switch (media.source) {
      case 'inline':
        return { bytes: Buffer.from(media.base64, 'base64') }
      case 'kept':
        return ports.readFile(media.fileId)
      case 'url': {
        const options = { limitBytes: MOST_MEDIA_BYTES, timeoutMs: FETCH_MS, allowPrivate: allowPrivateUrls }
        return fetchFile(media.url, options, signal)
      }
      case 'platform':
        throw new RejectedError('wecom: a file that is at the platform already is not uploaded')
    }
  }

  async function upload(delivery: Delivery, part: MediaPart, signal: AbortSignal): Promise<Uploaded> {
    const loaded = await load(part.media, signal)
    const file = {
      bytes: loaded.bytes,
      name: part.name ?? loaded.name ?? part.kind,
      type: part.type ?? loaded.type ?? 'application/octet-stream',
    }
    const type = typeFor(part.kind, file.bytes)
    let answer = await client.upload(type, file, signal)
    let sentAs = type
    // WeCom's pages disagree on how large an image may be (5 or 10 MB); as a file it goes in any case.
    if (answer.errcode === TOO_LARGE && type === 'image') {
      answer = await client.upload('file', file, signal)
      sentAs = 'file'
    }
    if (answer.errcode !== 0) throw faultOf(answer, `the file of delivery ${delivery.id}`)
    const uploaded = uploadedSchema.safeParse({ type: sentAs, mediaId: answer.media_id })
    if (!uploaded.success) throw new UnavailableError('wecom: the answer to media/upload holds no media_id')
    return uploaded.data
  }

  return {
    async of(delivery, part, signal, stale) {
      if (part.media.source === 'platform') return { type: part.kind, mediaId: part.media.id }
      const kept = await ports.shared.get(
        `wecom-media-${delivery.id}`,
        async () => ({ value: JSON.stringify(await upload(delivery, part, signal)), ttlMs: KEPT_MS }),
        stale && JSON.stringify(stale),
      )
      return uploadedSchema.parse(JSON.parse(kept))
    },
  }
}

/** Its own kind when it is one and not too large for it, else a file. */
function typeFor(kind: UploadType, bytes: Uint8Array): UploadType {
  if (bytes.length <= 5) throw new RejectedError('wecom: a file must have more than 5 bytes')
  if (bytes.length > MOST_MEDIA_BYTES) throw new RejectedError('wecom: a file may have at most 20 MB')
  const { mostBytes, looksRight } = kinds[kind]
  return bytes.length <= mostBytes && looksRight(bytes) ? kind : 'file'
}

function starts(bytes: Uint8Array, magic: string): boolean {
  return Buffer.from(bytes.subarray(0, magic.length)).toString('latin1') === magic
}
