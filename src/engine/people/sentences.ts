import type { Bilingual } from '../../core/text/lang.ts'

/** What people are told who may not do what they ask for. */
export const sentences = {
  notGranted: (command: string, person: string, admins: readonly string[]): Bilingual => {
    const whom = admins.length > 0 ? admins.join(', ') : ''
    return {
      zh: `你还不能使用 ${command}。请${whom ? `向管理员（${whom}）` : '向管理员'}申请，并附上这一行：\ngrant ${person} ${command}`,
      en: `You may not use ${command} yet. Ask ${whom ? `an administrator (${whom})` : 'an administrator'} for it with this line:\ngrant ${person} ${command}`,
    }
  },
}
