import { z } from 'zod'
import { notFound } from '../fault.ts'
import { bytes, defineRoute } from '../route.ts'

/** What a browser may show in place. SVG is not among them: it can run scripts. */
const shownTypes = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])

export const getFile = defineRoute({
  method: 'get',
  path: '/api/files/:id',
  summary: 'The bytes of a kept file',
  auth: 'any',
  status: 200,
  params: z.object({ id: z.string() }),
  gives: 'bytes',
  answer: bytes,
  async run(api, { params, response, now }) {
    const file = await api.store.files.get(params.id, now)
    if (!file) throw notFound('such file, or it is kept no longer')
    const disposition = shownTypes.has(file.type) ? 'inline' : 'attachment'
    const body = Buffer.from(file.bytes)
    // Not by Express, which adds a charset to texts.
    response.writeHead(200, {
      'content-type': file.type,
      'content-disposition': `${disposition}; filename*=UTF-8''${extendedValue(file.name)}`,
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'private, max-age=3600',
    })
    response.end(body)
    return body
  },
})

/** RFC 8187: `encodeURIComponent` leaves four characters that a header value must not have. */
function extendedValue(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16)}`,
  )
}
