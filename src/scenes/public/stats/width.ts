const wideLetter =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u
const noWidth = /[\p{Mark}\p{Cf}\p{Cc}]/u

/** How many columns a text takes where Chinese letters take two. */
export function widthOf(text: string): number {
  let width = 0
  for (const letter of text) width += letterWidth(letter)
  return width
}

/** A text in one line, cut with … where it is wider. */
export function cutTo(text: string, width: number): string {
  const line = text.replaceAll(/\s+/g, ' ')
  if (widthOf(line) <= width) return line
  let kept = ''
  let used = 1
  for (const letter of line) {
    used += letterWidth(letter)
    if (used > width) break
    kept += letter
  }
  return `${kept}…`
}

/** Filled up with spaces, on the left for what is set to the right. */
export function padTo(text: string, width: number, side: 'left' | 'right'): string {
  const gap = ' '.repeat(Math.max(0, width - widthOf(text)))
  return side === 'left' ? gap + text : text + gap
}

function letterWidth(letter: string): number {
  if (noWidth.test(letter)) return 0
  return wideLetter.test(letter) ? 2 : 1
}
