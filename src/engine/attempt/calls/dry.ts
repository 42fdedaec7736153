import type { Task } from '../../../core/task/task.ts'
import { type Bilingual, inLang, type Lang } from '../../../core/text/lang.ts'
import type { HostCall } from '../../host/protocol.ts'
import { dryEndOf } from '../../waiting/waits.ts'

/** What a dry run's command is answered instead of what it asked for, and the line of its timeline. */
export interface DryAnswer {
  value: unknown
  note?: string
}

type Call<Method extends HostCall['method']> = Extract<HostCall, { method: Method }>
type DryRun = NonNullable<Task['dry']>

/**
 * It goes the way of every call. What a dry run says goes to its record (`keepSaid`), and its steps and child tasks are
 * its own.
 */
const asEver = (): undefined => undefined

const withoutModels = (_call: HostCall, dry: DryRun, lang: Lang): DryAnswer | undefined =>
  dry.models
    ? undefined
    : {
        value: { sentence: inLang(lang, sentences.noModels), reason: 'models are not asked in this dry run' },
        note: 'a model was not asked',
      }

/**
 * The calls that would reach beyond the run's own record. Nothing is done in chats, nobody is asked, nothing is
 * waited for.
 */
const answers: {
  [Method in HostCall['method']]: (call: Call<Method>, dry: DryRun, lang: Lang) => DryAnswer | undefined
} = {
  act: ({ action }) => ({ value: undefined, note: `${action.kind}: not done, this is a dry run` }),
  coolDown: () => ({ value: 0 }),
  wait({ order }, _dry, lang) {
    const { value, note } = dryEndOf(order, lang)
    return { value: { value }, note }
  },
  ask: withoutModels,
  converse: withoutModels,
  say: asEver,
  file: asEver,
  all: asEver,
  onCancel: asEver,
  tookBack: asEver,
  keptSteps: asEver,
  findStep: asEver,
  saveStep: asEver,
}

/** Undefined: the call goes the way of every call. What a dry run asks of models is not remembered. */
export function dryAnswer(call: HostCall, { dry }: Task, lang: Lang): DryAnswer | undefined {
  if (dry === undefined) return undefined
  // The cast holds: it is the row of its own method.
  return (answers[call.method] as (call: HostCall, dry: DryRun, lang: Lang) => DryAnswer | undefined)(call, dry, lang)
}

const sentences = {
  noModels: { zh: '这次试运行不问模型。', en: 'Models are not asked in this dry run.' },
} satisfies Record<string, Bilingual>
