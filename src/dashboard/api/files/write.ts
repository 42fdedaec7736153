import type { Response } from 'express'

/** What a browser may show in place. SVG is not among them: it can run scripts. */
const shownTypes = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])

/** Answers with somebody's bytes so that no browser takes them for a page of ours. */
export function writeFile(response: Response, file: { name: string; type: string; bytes: Uint8Array }): Buffer {
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
}

/** RFC 8187: `encodeURIComponent` leaves four characters that a header value must not have. */
function extendedValue(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16)}`,
  )
}
