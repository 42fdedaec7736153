/**
 * About how many tokens a text is, for windows and where the upstream tells no figures: one for each Chinese, Japanese or Korean
 * character, one for every four others. Models differ by a third either way.
 */
export function estimateTokens(text: string): number {
  const wide = text.match(/[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]/g)?.length ?? 0
  return wide + Math.ceil((text.length - wide) / 4)
}
