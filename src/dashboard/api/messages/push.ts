import { z } from 'zod'
import type { Media, Part } from '../../../core/message/part.ts'
import type { Api } from '../api.ts'
import { invalid } from '../fault.ts'
import { keepFile } from '../files/keep.ts'
import { callId } from '../idempotency.ts'
import { defineRoute } from '../route.ts'
import { pushedSchema, pushSchema } from '../shapes.ts'

type Push = z.output<typeof pushSchema>

export const pushMessage = defineRoute({
  method: 'post',
  path: '/api/messages',
  summary: 'Push a message to a chat: exactly one of text, markdown, image and file',
  auth: 'any',
  status: 202,
  body: pushSchema.refine(
    ({ text, markdown, image, file }) => [text, markdown, image, file].filter((one) => one !== undefined).length === 1,
    'give exactly one of text, markdown, image and file',
  ),
  // A file of 20 MB, the most that platforms take, in base64.
  bodyBytes: 28 * 1024 * 1024,
  isIdempotent: true,
  answer: pushedSchema,
  async run(api, input) {
    const { to } = input.body
    if (!api.channels.some((channel) => channel.id === to.channel)) {
      throw invalid('body.to.channel', `there is no channel "${to.channel}"`)
    }
    const id = await callId(api, input, 'push')
    const parts = [await partOf(api, input.body, id, input.now)]
    return api.say({ id, to, parts })
  },
})

async function partOf(api: Api, { text, markdown, image, file }: Push, id: string, now: number): Promise<Part> {
  if (text !== undefined) return { kind: 'text', text }
  if (markdown !== undefined) return { kind: 'markdown', text: markdown }
  if (image) {
    const name = image.name ?? 'image.png'
    return { kind: 'image', name, media: await mediaOf(api, { ...image, name }, 'body.image', id, now) }
  }
  const name = file?.name ?? 'file'
  return { kind: 'file', name, media: await mediaOf(api, { ...file, name }, 'body.file', id, now) }
}

async function mediaOf(
  api: Api,
  source: { url?: string; base64?: string; name: string },
  path: string,
  id: string,
  now: number,
): Promise<Media> {
  if ((source.url === undefined) === (source.base64 === undefined)) throw invalid(path, 'give either url or base64')
  if (source.url !== undefined) {
    if (!z.url({ protocol: /^https?$/ }).safeParse(source.url).success)
      throw invalid(`${path}.url`, 'not an http(s) URL')
    return { source: 'url', url: source.url }
  }
  const bytes = bytesOf(source.base64 ?? '', `${path}.base64`)
  const fileId = `file-${id}`
  await keepFile(api, { id: fileId, name: source.name, type: 'application/octet-stream', bytes }, now)
  return { source: 'kept', fileId }
}

function bytesOf(base64: string, path: string): Buffer {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length === 0 || !z.base64().safeParse(base64).success) throw invalid(path, 'not base64')
  return bytes
}
