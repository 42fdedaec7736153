import type { Bilingual } from '../../core/text/lang.ts'

/** What people read when a task waits for their decision or answer. */
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
  pleaseChoose: (number: number): Bilingual => ({ zh: `#${number} 请选择`, en: `#${number}: please choose` }),
  dryRun: { zh: '试运行', en: 'the dry run' } satisfies Bilingual,
  nobodyAsked: { zh: '试运行不问任何人', en: 'it asks nobody' } satisfies Bilingual,
  /** Several are open; each line names one. */
  which: (number: number, lines: readonly string[]): Bilingual => ({
    zh: `#${number} 有 ${lines.length} 项在等，请写明是哪一项：\n${lines.join('\n')}`,
    en: `#${number} waits for ${lines.length} of these. Say which you mean:\n${lines.join('\n')}`,
  }),
}

const SHOWN_CHARS = 60

/** A command that names one of several, and what it is about. */
export function choiceLine(command: string, about: string): string {
  const line = about.replaceAll(/\s+/g, ' ').trim()
  return `${command} · ${line.length > SHOWN_CHARS ? `${line.slice(0, SHOWN_CHARS)}…` : line}`
}
