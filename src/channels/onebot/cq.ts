import type { Segment } from './types.ts'

/*
 * Messages as one text with CQ codes in it: `[CQ:at,qq=10001] hello`. Only read, and never written to an
 * implementation: a text that is sent as
 * segments cannot become a code. https://github.com/botuniverse/onebot-11/blob/master/message/string.md
 */

const code = /\[CQ:([A-Za-z0-9_.-]+)((?:,[^,[\]]+)*)\]/g

/** The segments of a text with codes. A bracket that opens no code is text. */
export function readCq(text: string): Segment[] {
  const segments: Segment[] = []
  let end = 0
  const addText = (raw: string): void => {
    if (raw !== '') segments.push({ type: 'text', data: { text: unescapeText(raw) } })
  }
  for (const found of text.matchAll(code)) {
    addText(text.slice(end, found.index))
    const [whole, type = '', params = ''] = found
    segments.push({ type, data: readParams(params) })
    end = found.index + whole.length
  }
  addText(text.slice(end))
  return segments
}

/** The text that reads as these segments again. */
export function writeCq(segments: readonly Segment[]): string {
  return segments
    .map(({ type, data }) => {
      const { text } = data
      if (type === 'text' && text !== undefined) return escapeText(text)
      const params = Object.entries(data).map(([key, value]) => `,${key}=${escapeText(value).replaceAll(',', '&#44;')}`)
      return `[CQ:${type}${params.join('')}]`
    })
    .join('')
}

function readParams(params: string): Record<string, string> {
  const data: [string, string][] = []
  for (const param of params.split(',').slice(1)) {
    const at = param.indexOf('=')
    if (at > 0) data.push([param.slice(0, at), unescapeText(param.slice(at + 1).replaceAll('&#44;', ','))])
  }
  return Object.fromEntries(data)
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('[', '&#91;').replaceAll(']', '&#93;')
}

/** The ampersand last: else `&amp;#91;`, which somebody typed, would become a bracket. */
function unescapeText(text: string): string {
  return text.replaceAll('&#91;', '[').replaceAll('&#93;', ']').replaceAll('&amp;', '&')
}
