import { RejectedError } from '../core/errors.ts'
import type { Message } from '../core/message/message.ts'
import type { Media } from '../core/message/part.ts'
import { fetchFile } from '../web/fetch-file.ts'
import type { Channel, MediaFile } from './channel.ts'

const FETCH_MS = 30_000

export interface MediaReaderPorts {
  channels: ReadonlyMap<string, Channel>
  /** Channels whose files may come from this machine and its network. */
  allowsPrivate(channel: string): boolean
  readFile(fileId: string): Promise<MediaFile>
}

type Held = Exclude<Media, { source: 'url' }>

/**
 * A file that lies in its message, in our store, or with the platform it came by. Throws RejectedError or
 * UnavailableError.
 */
export async function heldFile(
  media: Held,
  channel: string,
  { channels, readFile }: Pick<MediaReaderPorts, 'channels' | 'readFile'>,
  signal: AbortSignal,
): Promise<Pick<MediaFile, 'bytes'> & Partial<MediaFile>> {
  switch (media.source) {
    case 'inline':
      return { bytes: Buffer.from(media.base64, 'base64') }
    case 'kept':
      return readFile(media.fileId)
    case 'platform': {
      const files = channels.get(channel)?.can.media
      if (files === undefined) throw new RejectedError(`the channel ${channel} brings no files`)
      return files.download(media.id, signal)
    }
  }
}

/** Brings the bytes of what a person sent, wherever they lie. Throws RejectedError or UnavailableError. */
export function mediaReader({ allowsPrivate, ...ports }: MediaReaderPorts) {
  return async (message: Message, media: Media, limitBytes: number, signal: AbortSignal): Promise<Uint8Array> => {
    const { channel } = message.from
    if (media.source !== 'url') return (await heldFile(media, channel, ports, signal)).bytes
    const options = { limitBytes, timeoutMs: FETCH_MS, allowPrivate: allowsPrivate(channel) }
    return (await fetchFile(media.url, options, signal)).bytes
  }
}
