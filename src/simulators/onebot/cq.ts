import type { Segment } from './simulator.ts'

/** A text with codes, as implementations read and write it. */
export function readCodes(text: string): Segment[] {
  const segments: Segment[] = []
  let rest = text
  while (rest !== '') {
    const found = /\[CQ:([\w.-]+)(,[^\]]*)?\]/.exec(rest)
    const before = found === null ? rest : rest.slice(0, found.index)
    if (before !== '') segments.push({ type: 'text', data: { text: plain(before) } })
    if (found === null) break
    const pairs = (found[2] ?? '')
      .split(',')
      .filter(Boolean)
      .map((pair) => [
        pair.slice(0, pair.indexOf('=')),
        plain(pair.slice(pair.indexOf('=') + 1).replaceAll('&#44;', ',')),
      ])
    segments.push({ type: found[1] ?? '', data: Object.fromEntries(pairs) })
    rest = rest.slice(found.index + found[0].length)
  }
  return segments
}

export function writeCodes(segments: readonly Segment[]): string {
  const escaped = (text: string): string =>
    text.replaceAll('&', '&amp;').replaceAll('[', '&#91;').replaceAll(']', '&#93;')
  return segments
    .map(({ type, data }) => {
      if (type === 'text') return escaped(data.text ?? '')
      return `[CQ:${[type, ...Object.entries(data).map(([key, value]) => `${key}=${escaped(value).replaceAll(',', '&#44;')}`)].join(',')}]`
    })
    .join('')
}

function plain(text: string): string {
  return text.replaceAll('&#91;', '[').replaceAll('&#93;', ']').replaceAll('&amp;', '&')
}
