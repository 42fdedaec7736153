import { UsageError } from '../../core/errors.ts'
import { kindOfSubject, type Measure, measureSchema, measures } from '../../core/model/budget.ts'
import type { Standing } from '../../core/model/usage.ts'
import { readMoment, writeMoment } from '../../core/schedule/moment.ts'
import type { Bilingual } from '../../core/text/lang.ts'
import { figure, measureWords } from '../llm/budget-sentences.ts'
import { spendersOf } from '../llm/ledger.ts'
import { argument, type Builtin, type BuiltinCall, type BuiltinPorts, builtin } from './builtin.ts'
import { subjectOf } from './grants.ts'

const raiseUsage = 'quota raise <who> <messages|tokens|cost> <amount> [until]'

/** What one may still ask the models today; administrators see others' and give more. */
export function quotaBuiltins({ budgets, timeZone, now }: BuiltinPorts): Builtin[] {
  async function show(subjects: readonly string[], call: BuiltinCall): Promise<string> {
    const anew = writeMoment(budgets.anewAt(), timeZone)
    const standings = await Promise.all(subjects.map((subject) => budgets.standing(subject)))
    // Everybody's is of interest to one person only where it limits them.
    const shown = standings.filter(({ kind, limits }) => kind !== 'all' || limits.length > 0 || subjects.length === 1)
    const head = call.pick({
      zh: `今天的大模型用量，${anew} 重新计算`,
      en: `Use of models today; it begins anew at ${anew}`,
    })
    return [head, ...shown.map((standing) => linesOf(standing, call))].join('\n')
  }

  async function raise(call: BuiltinCall): Promise<string> {
    const { whom, measure, amount, until } = call.args
    const subject = whomOf(String(whom ?? ''), call)
    const chosen = measureSchema.safeParse(measure)
    const number = Number(amount)
    if (!whom || !chosen.success || amount === undefined || !Number.isFinite(number) || number < 0) {
      throw new UsageError(call.pick({ zh: `用法：${raiseUsage}`, en: `Usage: ${raiseUsage}` }))
    }
    const end = untilOf(until, call)
    const request = { subject, measure: chosen.data, amount: number, until: end, by: call.me, id: call.message.id }
    if (!(await call.once('raised', () => budgets.raise(request)))) {
      throw new UsageError(
        call.pick({
          zh: `${subject} 没有${measureWords[chosen.data].zh.trim()}限额，不用提高。`,
          en: `${subject} has no limit of ${measureWords[chosen.data].en}, so there is nothing to raise.`,
        }),
      )
    }
    const words = figure(chosen.data, number)
    const upTo = writeMoment(end ?? budgets.anewAt(), timeZone)
    const done: Bilingual =
      number === 0
        ? { zh: '已取消提高。', en: 'What was raised is taken back.' }
        : { zh: `已提高 ${words}，到 ${upTo} 为止。`, en: `Raised by ${words} until ${upTo}.` }
    return `${call.pick(done)}\n${await show([subject], call)}`
  }

  function untilOf(given: string | boolean | undefined, call: BuiltinCall): number | undefined {
    if (typeof given !== 'string') return undefined
    // Counted from its message, so that another attempt means the same moment.
    const at = readMoment(given, timeZone, call.message.receivedAt, 'end')
    if (at !== undefined && at > now()) return at
    throw new UsageError(
      call.pick({
        zh: `“${given}”不是将来的时间。可写 30d、12h、2026-12-31 或 "2026-12-31 18:00"。`,
        en: `"${given}" is no time to come. Write 30d, 12h, 2026-12-31 or "2026-12-31 18:00".`,
      }),
    )
  }

  return [
    builtin(
      'quota',
      { zh: '大模型用量和额度', en: 'What models may still be asked today' },
      [
        argument('who', { optional: true }),
        argument('whom', { optional: true }),
        argument('measure', { optional: true, choices: [...measures] }),
        argument('amount', { optional: true }),
        argument('until', { optional: true }),
      ],
      async (call) => {
        const { who } = call.args
        const mine = spendersOf(call.message)
        if (typeof who !== 'string') return show(mine, call)
        const isAdmin = call.access.isAdmin(call.message)
        if (!isAdmin && (who === 'raise' || !mine.includes(whomOf(who, call)))) {
          throw new UsageError(
            call.pick({
              zh: '只有管理员可以查看或提高别人的额度。发送 quota 查看自己的。',
              en: 'Only administrators see or raise what others may use. Send "quota" for your own.',
            }),
          )
        }
        return who === 'raise' ? raise(call) : show([whomOf(who, call)], call)
      },
      ['额度', '用量'],
    ),
  ]
}

function whomOf(who: string, call: BuiltinCall): string {
  return who.toLowerCase() === 'all' ? 'all' : subjectOf(who, call)
}

function linesOf({ subject, used, limits }: Standing, call: BuiltinCall): string {
  const limitOf = (measure: Measure) => limits.find((limit) => limit.measure === measure)
  const lines = measures.map((measure) => {
    const limit = limitOf(measure)
    const name = call.pick(measureWords[measure]).trim()
    if (limit === undefined) return `  ${name} ${figure(measure, used[measure])}`
    const left = figure(measure, Math.max(0, limit.limit - limit.used))
    const raised = limit.raisedBy > 0 ? call.pick({ zh: '，已提高', en: ', raised' }) : ''
    return `  ${name} ${figure(measure, limit.used)} / ${figure(measure, limit.limit)} (${call.pick({ zh: `还剩 ${left}${raised}`, en: `${left} left${raised}` })})`
  })
  return [headOf(subject, call), ...lines].join('\n')
}

function headOf(subject: string, call: BuiltinCall): string {
  if (subject === call.me) return `${call.pick({ zh: '我', en: 'Me' })} · ${subject}`
  if (kindOfSubject(subject) === 'all') return call.pick({ zh: '全体', en: 'Everybody' })
  return subject
}
