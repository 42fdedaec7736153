import { renderAsync } from '@resvg/resvg-js'
import type { Bilingual, Lang } from '#scene'
import { type Chart, textsOf, withTexts } from './chart.ts'
import { fontsFor } from './fonts.ts'
import { svgOf } from './svg.ts'

/** Sharp on a phone. */
const ZOOM = 1.6
/** What `svg.ts` may write beside the chart's own texts. */
const ownLetters = '0123456789.,-+万亿KMBTe…'

/** A chart as PNG; or, in words, why it cannot be drawn: a letter that no font has is never shown as a box. */
export async function pngOf(chart: Chart, lang: Lang): Promise<{ png: Uint8Array } | { not: Bilingual }> {
  const plain = withTexts(chart, withoutPictures)
  const found = await fontsFor(textsOf(plain).join('') + ownLetters)
  if ('missing' in found) {
    const letters = found.missing.slice(0, 5).join('')
    return {
      not: {
        zh: `图没有画：字体里没有“${letters}”。管理员可在服务器上安装中文字体（例如 fonts-noto-cjk）。`,
        en: `No chart was drawn: no font has "${letters}". An operator can install one (such as fonts-noto-cjk).`,
      },
    }
  }
  const { family, files } = found.fonts
  const image = await renderAsync(svgOf(plain, family, lang), {
    fitTo: { mode: 'zoom', value: ZOOM },
    font: { fontFiles: [...files], loadSystemFonts: false, defaultFontFamily: family },
    logLevel: 'off',
  })
  return { png: image.asPng() }
}

/** Emoji have fonts of their own, with colours; a label is readable without them. */
function withoutPictures(text: string): string {
  return text.replaceAll(/\p{Extended_Pictographic}|\ufe0f|\u200d/gu, '').replaceAll(/\p{Cc}/gu, ' ')
}
