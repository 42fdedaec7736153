import type { Lang } from '#scene'

/** A number as it stands in a chart: 1.2万, 3.4亿; 12K, 3.4M. */
export function shortNumber(value: number, lang: Lang): string {
  const size = Math.abs(value)
  if (size >= 1e16 || (size > 0 && size < 0.001)) return value.toExponential(1)
  if (size < 10_000) return Number(value.toPrecision(4)).toString()
  return value.toLocaleString(lang === 'zh' ? 'zh-CN' : 'en-US', {
    notation: 'compact',
    maximumFractionDigits: size < 1e8 ? 1 : 2,
  })
}
