import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { Config } from '../../../config/config.ts'
import { heldFile } from '../../channels/media.ts'
import { AppError, RejectedError, StoreUnavailableError } from '../../core/errors.ts'
import { linkPath } from '../../core/file-link.ts'
import type { Media } from '../../core/message/part.ts'
import { sentFileName, sentFileSchema } from '../../core/message/sent-file.ts'
import type { Fetched, MediaFiles } from '../../engine/files/media.ts'
import { linkKey } from '../../store/link-key.ts'
import { type FetchFileOptions, openFile } from '../../web/fetch-file.ts'
import { TooLargeError } from '../../web/read-at-most.ts'
import type { StoreSide } from '../store-side.ts'
import type { TalkSide } from '../talk-side.ts'

/** A gigabyte over a slow line; the command's own time limit ends most of them sooner. */
const FETCH_MS = 30 * 60_000

export type MediaPorts = Pick<StoreSide, 'store' | 'now'> & Pick<TalkSide, 'channels' | 'readFile'>

/** The files of all channels, of the web and of our store, for commands. */
export function openMedia(
  config: Pick<Config, 'limits' | 'allowPrivateUrls' | 'publicUrl'>,
  { store, channels, readFile: readKept, now }: MediaPorts,
): MediaFiles {
  const { fetchedBytes, keptBytes, filesKeptMs } = config.limits
  const web: FetchFileOptions = {
    limitBytes: fetchedBytes,
    timeoutMs: FETCH_MS,
    allowPrivate: config.allowPrivateUrls,
  }

  async function fetchTo(
    path: string,
    media: Media,
    channel: string,
    signal: AbortSignal,
  ): Promise<Fetched & { state: 'fetched' }> {
    if (media.source === 'url') {
      const { stream, name, type } = await openFile(media.url, web, signal)
      const out = createWriteStream(path)
      await pipeline(stream, out, { signal })
      return { state: 'fetched', name, type, bytes: out.bytesWritten }
    }
    const { bytes, name, type } = await heldFile(media, channel, { channels, readFile: readKept }, signal)
    if (bytes.length > fetchedBytes) throw new TooLargeError('the file is too large')
    await writeFile(path, bytes)
    return { state: 'fetched', name, type, bytes: bytes.length }
  }

  return {
    async fetch(media, { channel }, path, signal) {
      try {
        return await fetchTo(path, media, channel, signal)
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof AppError) || error instanceof StoreUnavailableError) throw error
        if (error instanceof TooLargeError) return { state: 'too-large', mostBytes: fetchedBytes }
        return { state: error instanceof RejectedError ? 'refused' : 'away', why: error.message }
      }
    },

    async quoted(messageId, at, signal) {
      try {
        return (await channels.get(at.channel)?.can.quotes?.read(at, messageId, signal)) ?? []
      } catch (error) {
        // Too old for the platform to know it: as good as not quoted.
        if (error instanceof RejectedError) return []
        throw error
      }
    },

    async lastSent(at, person) {
      const kept = await store.settings.get(sentFileName(at, person), now())
      const read = kept === undefined ? undefined : sentFileSchema.safeParse(JSON.parse(kept))
      return read?.data?.part
    },

    async keep({ path, name, type }) {
      const { size } = await stat(path)
      if (size > keptBytes) return { state: 'too-large', mostBytes: keptBytes }
      const fileId = `file-${randomBytes(16).toString('hex')}`
      const expiresAt = now() + filesKeptMs
      await store.files.put({ id: fileId, name, type, bytes: await readFile(path), expiresAt })
      if (config.publicUrl === undefined) return { state: 'kept', fileId }
      const key = await linkKey(store.settings, now())
      return { state: 'kept', fileId, url: `${config.publicUrl}${linkPath(key, fileId, expiresAt)}` }
    },
  }
}
