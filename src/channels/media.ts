import { RejectedError } from '../core/errors.ts'
import type { Message } from '../core/message.ts'
import type { Media } from '../core/part.ts'
import { fetchFile } from '../web/fetch-file.ts'
import type { Channel, MediaFile } from './channel.ts'

const FETCH_MS = 30_000

export interface MediaReaderPorts {
  channels: ReadonlyMap<string, Channel>
  /** Channels whose files may come from this machine and its network. */
  allowsPrivate(channel: string): boolean
  readFile(fileId: string): Promise<MediaFile>
}

/** Brings the bytes of what a person sent, wherever they lie. Throws RejectedError or UnavailableError. */
export function mediaReader({ channels, allowsPrivate, readFile }: MediaReaderPorts) {
  return async (message: Message, media: Media, limitBytes: number, signal: AbortSignal): Promise<Uint8Array> => {
    const { channel } = message.from
    switch (media.source) {
      case 'inline':
        return Buffer.from(media.base64, 'base64')
      case 'kept':
        return (await readFile(media.fileId)).bytes
      case 'url': {
        const options = { limitBytes, timeoutMs: FETCH_MS, allowPrivate: allowsPrivate(channel) }
        return (await fetchFile(media.url, options, signal)).bytes
      }
      case 'platform': {
        const download = channels.get(channel)?.download
        if (download === undefined) throw new RejectedError(`the channel ${channel} brings no files`)
        return (await download(media.id, signal)).bytes
      }
    }
  }
}
