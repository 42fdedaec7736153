import type { Bilingual } from '../../core/text/lang.ts'

/** What people read when a task waits for their decision. */
export const sentences = {
  approval: (number: number): Record<'title' | 'approve' | 'reject', Bilingual> => ({
    title: { zh: `#${number} 需要审批`, en: `#${number} needs an approval` },
    approve: { zh: '同意', en: 'Approve' },
    reject: { zh: '驳回', en: 'Reject' },
  }),
  escalated: (number: number, to: string | readonly string[]): Bilingual => {
    const whom = typeof to === 'string' ? to : to.join(', ')
    return {
      zh: `#${number} 还没有人审批，现在也请 ${whom} 审批。`,
      en: `Nobody has decided on #${number} yet; now ${whom} may, too.`,
    }
  },
}
