import type { Task } from '../../core/task/task.ts'
import type { Answer, Approval } from '../../core/task/wait.ts'
import type { Bilingual, Lang } from '../../core/text/lang.ts'
import { inLang } from '../../core/text/lang.ts'
import type { HostCall } from '../host/protocol.ts'

/** What a dry run's command is answered instead of what it asked for, and the line of its timeline. */
export interface DryAnswer {
  value: unknown
  note?: string
}

/**
 * The calls of a dry run that would reach beyond its own record. Nothing is done in chats, nobody is asked, nothing is waited for. What a dry run says
 * goes to its record (`keepSaid`), what it asks of models is not remembered. Undefined: it goes the way of every call.
 */
export function dryAnswer(call: HostCall, { dry }: Task, lang: Lang): DryAnswer | undefined {
  if (dry === undefined) return undefined
  switch (call.method) {
    case 'act':
      return { value: undefined, note: `${call.action.kind}: not done, this is a dry run` }
    case 'coolDown':
      return { value: 0 }
    case 'wait': {
      const { order } = call
      if (order.kind === 'sleep') return { value: { value: undefined }, note: `sleep ${order.name}: passed over` }
      if (order.kind === 'answer') {
        return { value: { value: {} satisfies Answer }, note: `question ${order.name}: nobody is asked in a dry run` }
      }
      const rejected: Approval = {
        isApproved: false,
        by: [inLang(lang, sentences.dryRun)],
        note: inLang(lang, sentences.nobodyAsked),
      }
      return { value: { value: rejected }, note: `approval ${order.name}: nobody is asked in a dry run` }
    }
    case 'ask':
    case 'converse':
      if (dry.models) return undefined
      return {
        value: { sentence: inLang(lang, sentences.noModels), reason: 'models are not asked in this dry run' },
        note: 'a model was not asked',
      }
    default:
      return undefined
  }
}

const sentences = {
  dryRun: { zh: '试运行', en: 'the dry run' },
  nobodyAsked: { zh: '试运行不问任何人', en: 'it asks nobody' },
  noModels: { zh: '这次试运行不问模型。', en: 'Models are not asked in this dry run.' },
} satisfies Record<string, Bilingual>
