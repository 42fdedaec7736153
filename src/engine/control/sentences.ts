import type { Bilingual } from '../../core/text/lang.ts'

/** What people are told when somebody else, or a newer question, ended their task. */
export const sentences = {
  cancelled: (number: number): Bilingual => ({
    zh: `#${number} 已取消。`,
    en: `#${number} was cancelled.`,
  }),
  replaced: (number: number, by: number): Bilingual => ({
    zh: `#${number} 已停止，被 #${by} 取代。`,
    en: `#${number} was stopped: #${by} took its place.`,
  }),
}
