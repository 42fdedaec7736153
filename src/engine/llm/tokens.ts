/**
 * About how many tokens a text is, for windows and where the upstream tells no figures: one for each Chinese, Japanese
 * or Korean character, one for every four others. Models differ by a third either way.
 */
export function estimateTokens(text: string): number {
  const wide = text.match(/[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]/g)?.length ?? 0
  return wide + Math.ceil((text.length - wide) / 4)
}

/** As much of the text's beginning as is about so many tokens. */
export function firstTokens(text: string, tokens: number): string {
  let end = text.length
  let size = estimateTokens(text)
  while (size > tokens && end > 0) {
    end = Math.min(end - 1, Math.floor((end * tokens) / size))
    size = estimateTokens(text.slice(0, end))
  }
  return text.slice(0, Math.max(0, end)).toWellFormed()
}
