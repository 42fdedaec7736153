import { z } from 'zod'
import { waitSchema } from '../../../core/task/wait.ts'
import { answerSchema } from '../../../core/task/waits/answer.ts'
import { approvalSchema } from '../../../core/task/waits/approval.ts'
import { type Bilingual, inLang } from '../../../core/text/lang.ts'
import { type ApproveOptions, type AskOptions, type CommandContext, NotApprovedError } from '../../../scenes/scene.ts'
import type { HostCall } from '../protocol.ts'
import { MisuseError } from './misuse.ts'
import type { Setting } from './setting.ts'
import { stepAround } from './steps.ts'

/** The answer to `wait`. */
const waitedSchema = z.union([z.object({ waits: waitSchema }), z.object({ value: z.unknown() })]).optional()
const longestMs = 366 * 24 * 60 * 60_000
const withinMs = z
  .number()
  .positive()
  .max(longestMs)
  .default(24 * 60 * 60_000)

/** What of a context waits without a slot. */
export function pausesOf({
  order,
  outside,
  takeName,
  suspension,
  undoing,
}: Setting): Pick<CommandContext<unknown>, 'sleep' | 'ask' | 'approve'> {
  const waited = async (call: HostCall & { method: 'wait' }): Promise<unknown> => {
    const around = stepAround()
    if (around !== undefined)
      throw new MisuseError(`it waits inside the step "${around}", whose result could not be kept`)
    if (undoing !== undefined && !undoing.isReplay) throw new MisuseError('what onCancel calls does not wait')
    const read = waitedSchema.parse(await outside.call({ ...call, onlyKept: undoing?.isReplay }))
    if (read === undefined) return undoing?.stop()
    return 'waits' in read ? suspension.on(read.waits) : read.value
  }
  return {
    async sleep(name, until) {
      const ms = until instanceof Date ? until.getTime() - Date.now() : until
      if (!Number.isFinite(ms) || ms > longestMs)
        throw new MisuseError('sleep takes milliseconds or a Date, a year at most')
      await waited({ method: 'wait', order: { kind: 'sleep', name: takeName('sleep', name), ms: Math.max(0, ms) } })
    },
    async ask(name: string, question: string, options: AskOptions = {}) {
      const read = askSchema.safeParse({ ...options, question })
      if (!read.success) throw new MisuseError(`ask("${name}"): ${z.prettifyError(read.error)}`)
      const orderOf = { kind: 'answer', name: takeName('ask', name), ...read.data } as const
      const { text, by } = answerSchema.parse(await waited({ method: 'wait', order: orderOf }))
      return text === undefined || by === undefined ? undefined : { text, by }
    },
    async approve(name: string, options: ApproveOptions = {}) {
      const read = approveSchema.safeParse(options)
      if (!read.success) throw new MisuseError(`approve("${name}"): ${z.prettifyError(read.error)}`)
      const orderOf = { kind: 'approval', name: takeName('approve', name), ...read.data } as const
      const { isApproved, by, note } = approvalSchema.parse(await waited({ method: 'wait', order: orderOf }))
      if (isApproved) return { by, note }
      throw new NotApprovedError(inLang(order.lang, notApproved(order.taskNumber, by, note)), by, note)
    },
  }
}

const askSchema = z.object({
  question: z.string().min(1).max(4_000),
  withinMs,
  from: z.union([z.enum(['asker', 'anyone']), z.array(z.string().min(1)).min(1)]).default('asker'),
  choices: z.array(z.string().trim().min(1).max(60)).min(2).max(20).optional(),
})

const granted = z.string().regex(/^[^.\s]+\.[^.\s]+$/, 'it is scene.command: whoever may use that approves')
const approveSchema = z.object({
  by: granted.optional(),
  withinMs,
  notSelf: z.boolean().default(false),
  count: z.number().int().min(1).max(20).default(1),
  question: z.string().optional(),
  escalate: z
    .object({
      afterMs: z.number().positive().max(longestMs),
      to: z.union([granted, z.array(z.string().includes(':', { error: 'people are written channel:id' })).min(1)]),
    })
    .optional(),
})

function notApproved(number: number, by: readonly string[], note: string | undefined): Bilingual {
  if (by.length === 0)
    return {
      zh: `#${number} 没有在期限内得到同意，已停止。`,
      en: `#${number} was not approved in time and was stopped.`,
    }
  const why = note === undefined ? { zh: '', en: '' } : { zh: `：${note}`, en: `: ${note}` }
  return {
    zh: `#${number} 被 ${by.join('、')} 驳回${why.zh}。`,
    en: `#${number} was rejected by ${by.join(', ')}${why.en}.`,
  }
}
