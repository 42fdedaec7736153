import { kindOfSubject, type Measure } from '../../core/model/budget.ts'
import type { Bilingual } from '../../core/text/lang.ts'

/** A limit that was reached or nearly so. */
export interface Reached {
  subject: string
  measure: Measure
  used: number
  limit: number
  /** When it begins anew, as people of the installation's zone read it. */
  anew: string
}

/** What people read of their budgets. */
export const budgetSentences = {
  over: ({ subject, measure, used, limit, anew }: Reached): Bilingual => {
    const who = whose(subject)
    const what = measureWords[measure]
    const how = `${figure(measure, used)} / ${figure(measure, limit)}`
    return {
      zh: `${who.zh}今天的大模型${what.zh}额度已用完（${how}），${anew} 重新计算。急用请管理员发送：quota raise ${subject} ${measure} <数量>`,
      en: `${who.en} budget of ${what.en} for today is used up (${how}). It begins anew at ${anew}. An administrator can raise it: quota raise ${subject} ${measure} <amount>`,
    }
  },
  /** Beside an answer: it is nearly used up, or was by that answer. */
  nearly: ({ subject, measure, used, limit, anew }: Reached): Bilingual => {
    const who = whose(subject)
    const what = measureWords[measure]
    const how = `${figure(measure, used)} / ${figure(measure, limit)}`
    const percent = `${Math.floor((used / limit) * 100)}%`
    const much: Bilingual = used >= limit ? { zh: '已用完', en: 'all' } : { zh: `已用 ${percent}`, en: percent }
    return {
      zh: `（提醒：${who.zh}今天的大模型${what.zh}额度${much.zh}，${how}，${anew} 重新计算。）`,
      en: `(Note: ${much.en} of ${who.en.toLowerCase()} budget of ${what.en} for today is used, ${how}. It begins anew at ${anew}.)`,
    }
  },
}

export const measureWords: Record<Measure, Bilingual> = {
  messages: { zh: '提问', en: 'questions' },
  tokens: { zh: ' token ', en: 'tokens' },
  cost: { zh: '费用', en: 'money' },
}

function whose(subject: string): Bilingual {
  const kind = kindOfSubject(subject)
  if (kind === 'all') return { zh: '全体', en: 'Everybody’s' }
  return kind === 'group' ? { zh: '本群', en: 'This group’s' } : { zh: '你', en: 'Your' }
}

/** 12,345; money with up to four places. */
export function figure(measure: Measure, value: number): string {
  const places = measure === 'cost' ? 4 : 0
  return value.toLocaleString('en-US', { maximumFractionDigits: places })
}
