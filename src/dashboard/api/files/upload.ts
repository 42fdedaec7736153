import { randomBytes } from 'node:crypto'
import { invalid } from '../fault.ts'
import { bytes, defineRoute } from '../route.ts'
import { uploadedSchema } from '../shapes.ts'
import { keepFile } from './keep.ts'

export const uploadFile = defineRoute({
  method: 'post',
  path: '/api/files',
  summary:
    'Keep a file (the body is its bytes; headers content-type and x-file-name, URI-encoded) to be sent as `kept` media',
  auth: 'any',
  status: 201,
  takes: 'bytes',
  body: bytes,
  bodyBytes: 20 * 1024 * 1024,
  answer: uploadedSchema,
  async run(api, { body, request, now }) {
    if (body.length === 0) throw invalid('body', 'the file is empty')
    const file = {
      id: `file-${randomBytes(16).toString('hex')}`,
      name: decoded(request.get('x-file-name') ?? 'file'),
      type: request.get('content-type') ?? '',
      bytes: body,
    }
    const { id, name, type } = await keepFile(api, file, now)
    return { fileId: id, name, type, bytes: body.length }
  },
})

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    throw invalid('x-file-name', 'not URI-encoded')
  }
}
