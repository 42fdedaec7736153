/** How large a text is in a platform's own unit. Adds up over a text's characters. */
export type Measure = (text: string) => number

export const utf8Bytes: Measure = (text) => Buffer.byteLength(text)
export const codePoints: Measure = (text) => [...text].length

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const endsLine = /[\n\r\u2028\u2029]$/
const endsWord = /[\s、。，．！？；：）】》〉」』”’…]$/u

/**
 * Cuts a text into parts of at most `limit`; put together again they are the text. Cuts after a line break, else after
 * a space or a Chinese punctuation mark, else between two characters as people see them; inside of one only when it is
 * over the limit by itself.
 */
export function splitText(text: string, limit: number, measure: Measure = utf8Bytes): string[] {
  if (measure(text) <= limit) return [text]
  const parts: string[] = []
  let start = 0
  let end = 0
  let size = 0
  let line = 0
  let word = 0
  for (const unit of unitsOf(text, limit, measure)) {
    const unitSize = measure(unit)
    while (size + unitSize > limit && end > start) {
      // A break far to the front would leave a stump: it counts only when the part stays at least half full.
      const isGood = (at: number) => at > start && measure(text.slice(start, at)) * 2 >= limit
      const cut = isGood(line) ? line : isGood(word) ? word : end
      parts.push(text.slice(start, cut))
      size = measure(text.slice(cut, end))
      start = cut
    }
    end += unit.length
    size += unitSize
    if (endsLine.test(unit)) line = end
    else if (endsWord.test(unit)) word = end
  }
  parts.push(text.slice(start))
  return parts
}

/** The same, each part headed by its number, `(1/3)` and a line break, when there are several. */
export function splitNumbered(text: string, limit: number, measure: Measure = utf8Bytes): string[] {
  if (measure(text) <= limit) return [text]
  for (let digits = 1; ; digits++) {
    const most = '9'.repeat(digits)
    const parts = splitText(text, limit - measure(`(${most}/${most})\n`), measure)
    if (parts.length <= Number(most)) return parts.map((part, i) => `(${i + 1}/${parts.length})\n${part}`)
  }
}

/** At most `limit` of a text, with an ellipsis where something is missing. */
export function clipText(text: string, limit: number, measure: Measure = utf8Bytes): string {
  if (measure(text) <= limit) return text
  return `${splitText(text, limit - measure('…'), measure)[0]}…`
}

/** The pieces that stay whole. */
function* unitsOf(text: string, limit: number, measure: Measure): Generator<string> {
  for (const { segment } of graphemes.segment(text)) {
    if (measure(segment) <= limit) yield segment
    else yield* segment // its code points
  }
}
