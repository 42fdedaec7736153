import type { Bilingual } from '../../core/text/lang.ts'

/** What people are told when not everything could be undone. */
export const sentences = {
  notTakenBack: (number: number, names: readonly string[]): Bilingual => ({
    zh: `#${number} 有没能撤回的部分：${names.join('、')}。原因已记录，请联系管理员处理。`,
    en: `Not all of #${number} could be taken back: ${names.join(', ')}. Operators see the reason on the dashboard; please tell them.`,
  }),
}
