import { type Answer, accept, type Download, refuse } from './answer.ts'
import { readForm } from './multipart.ts'
import type { Random } from './random.ts'

export type MediaType = 'image' | 'voice' | 'video' | 'file'

export interface Media {
  type: MediaType
  bytes: Buffer
  name: string
  contentType: string
}

const MB = 1024 * 1024
const LIVES_MS = 3 * 86_400_000
const SMALLEST_BYTES = 6
const WHOLE_DOWNLOAD_BYTES = 20 * MB

/** What may be uploaded (document 90253). `looksRight` reads the first bytes. */
const KINDS: Readonly<Record<MediaType, { maxBytes: number; looksRight: (bytes: Buffer) => boolean }>> = {
  image: { maxBytes: 10 * MB, looksRight: (bytes) => startsWith(bytes, 'ffd8ff') || startsWith(bytes, '89504e47') },
  voice: { maxBytes: 2 * MB, looksRight: (bytes) => startsWith(bytes, '2321414d52') },
  video: { maxBytes: 10 * MB, looksRight: (bytes) => bytes.toString('latin1', 4, 8) === 'ftyp' },
  file: { maxBytes: 20 * MB, looksRight: () => true },
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  amr: 'audio/amr',
  mp4: 'video/mp4',
  txt: 'text/plain',
  csv: 'text/csv',
  pdf: 'application/pdf',
}

function startsWith(bytes: Buffer, hex: string): boolean {
  return bytes.toString('hex', 0, hex.length / 2) === hex
}

export function isMediaType(type: string | null): type is MediaType {
  return type !== null && Object.hasOwn(KINDS, type)
}

export function contentTypeOf(name: string): string {
  return CONTENT_TYPES[name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'application/octet-stream'
}

/** Temporary media, theirs and ours alike: an id for three days. */
export class MediaShelf {
  private readonly kept = new Map<string, Media & { keptAt: number }>()
  private readonly random: Random

  constructor(random: Random) {
    this.random = random
  }

  keep(media: Media, now: number): string {
    const id = `2${this.random.letters(62)}`
    this.kept.set(id, { ...media, keptAt: now })
    return id
  }

  find(id: unknown, now: number): Media | undefined {
    const media = typeof id === 'string' ? this.kept.get(id) : undefined
    return media && now < media.keptAt + LIVES_MS ? media : undefined
  }

  upload(query: URLSearchParams, contentType: string | undefined, body: Buffer, now: number): Answer {
    const type = query.get('type')
    if (!isMediaType(type)) return refuse(40005)
    const part = readForm(contentType, body)?.find((one) => one.name === 'media')
    if (!part) return refuse(44001, 'no form field named media')
    if (!part.filename) return refuse(40058, 'the media part has no filename')
    if (part.bytes.length < SMALLEST_BYTES) return refuse(40006, 'a file is larger than 5 bytes')
    if (part.bytes.length > KINDS[type].maxBytes) return refuse(45001)
    if (!KINDS[type].looksRight(part.bytes)) return refuse(40004, `these bytes are no ${type}`)
    const media = { type, bytes: part.bytes, name: part.filename, contentType: contentTypeOf(part.filename) }
    const id = this.keep(media, now)
    return accept({ errmsg: '', type, media_id: id, created_at: `${Math.floor(now / 1000)}` })
  }

  download(query: URLSearchParams, isPart: boolean, now: number): Answer | Download {
    const media = this.find(query.get('media_id'), now)
    if (!media) return refuse(40007)
    if (media.bytes.length > WHOLE_DOWNLOAD_BYTES && !isPart) return refuse(830002)
    return { bytes: media.bytes, name: media.name, type: media.contentType }
  }
}
