import type { z } from 'zod'
import type { Part } from '../../../core/message/part.ts'
import type { uploadedSchema } from '../../api/shapes.ts'
import { post } from './http.ts'

type Uploaded = z.infer<typeof uploadedSchema>

/** Stores a file's bytes and gives the part that says it. Throws ApiError; aborted by the signal. */
export async function uploadFile(file: File, signal: AbortSignal): Promise<Part> {
  const name = file.name || 'file'
  const type = file.type || 'application/octet-stream'
  const headers = { 'content-type': type, 'x-file-name': encodeURIComponent(name) }
  const kept = await post<Uploaded>('POST', '/api/files', file, headers, signal)
  return {
    kind: partKindOf(type),
    media: { source: 'kept', fileId: kept.fileId },
    name: kept.name,
    type: kept.type,
  }
}

function partKindOf(type: string): 'image' | 'voice' | 'video' | 'file' {
  if (/^image\/(png|jpeg|gif|webp|avif|bmp)$/.test(type)) return 'image'
  if (type.startsWith('audio/')) return 'voice'
  if (type.startsWith('video/')) return 'video'
  return 'file'
}
