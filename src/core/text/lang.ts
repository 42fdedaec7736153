import { z } from 'zod'

/** The two languages people are spoken to in; Chinese is the one when nothing says otherwise. */
export const langSchema = z.enum(['zh', 'en'])
export type Lang = z.infer<typeof langSchema>

/** One text in both languages. */
export type Bilingual = { zh: string; en: string }
export const bilingualSchema = z.object({ zh: z.string(), en: z.string() })

export function inLang(lang: Lang, text: Bilingual): string {
  return text[lang]
}
