import { z } from 'zod'
import { RejectedError } from '../../core/errors.ts'
import { fetchFile } from '../../web/fetch-file.ts'
import type { MediaFile } from '../channel.ts'
import { faultOf, isDone } from './faults.ts'
import { CALL_MS, type Routes } from './routes.ts'
import type { OnebotConfig } from './settings.ts'

const MOST_DOWNLOAD_BYTES = 64 * 1024 * 1024
const DOWNLOAD_MS = 60_000

const placeSchema = z.object({ url: z.string().optional(), base64: z.string().optional() })

/**
 * The bytes of something a person sent; its id has its type before the first colon, see `parse`. Throws as
 * `Routes.call` does, and RejectedError.
 */
export async function downloadFile(
  platformMediaId: string,
  { allowPrivateUrls }: Pick<OnebotConfig, 'allowPrivateUrls'>,
  routes: Pick<Routes, 'call'>,
  signal: AbortSignal,
): Promise<MediaFile> {
  const [type, ...rest] = platformMediaId.split(':')
  const name = rest.join(':')
  const action = type === 'record' ? 'get_record' : type === 'image' ? 'get_image' : 'get_file'
  const params = { file: name, file_id: name, out_format: 'mp3' }
  const answer = await routes.call(undefined, { action, params }, CALL_MS, signal)
  if (!isDone(answer)) throw faultOf(answer, `the file ${name.slice(0, 80)}`)
  const place = placeSchema.safeParse(answer.data)
  if (place.data?.base64 !== undefined)
    return { bytes: Buffer.from(place.data.base64, 'base64'), name, type: 'application/octet-stream' }
  if (place.data?.url === undefined)
    throw new RejectedError('onebot: the file lies on the machine that runs QQ, and has no address')
  const options = {
    limitBytes: MOST_DOWNLOAD_BYTES,
    timeoutMs: DOWNLOAD_MS,
    allowPrivate: allowPrivateUrls ?? false,
  }
  return fetchFile(place.data.url, options, signal)
}
