/** One part of a multipart/form-data body. */
export interface FormPart {
  name: string
  filename: string | undefined
  bytes: Buffer
}

/** Reads a form; undefined where the body is none. */
export function readForm(contentType: string | undefined, body: Buffer): FormPart[] | undefined {
  const boundary = /^multipart\/form-data;.*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType ?? '')
  const mark = boundary?.[1] ?? boundary?.[2]
  if (mark === undefined) return undefined
  const delimiter = Buffer.from(`--${mark}`)
  const parts: FormPart[] = []
  let at = body.indexOf(delimiter)
  while (at >= 0) {
    const start = at + delimiter.length
    if (body.toString('latin1', start, start + 2) === '--') return parts
    const headersEnd = body.indexOf('\r\n\r\n', start)
    const next = body.indexOf(Buffer.concat([Buffer.from('\r\n'), delimiter]), headersEnd)
    if (headersEnd < 0 || next < 0) return undefined
    const headers = body.toString('utf8', start, headersEnd)
    parts.push({
      name: /[;\s]name="([^"]*)"/i.exec(headers)?.[1] ?? '',
      filename: /[;\s]filename="([^"]*)"/i.exec(headers)?.[1],
      bytes: body.subarray(headersEnd + 4, next),
    })
    at = next + 2
  }
  return undefined
}
