import type { Part } from '../../core/message/part.ts'
import type { Run } from '../../core/task/run.ts'
import { signalStep } from '../../core/task/wait.ts'
import { type Approval, type ApprovalWait, approvalSchema } from '../../core/task/waits/approval.ts'
import { inLang, type Lang } from '../../core/text/lang.ts'
import type { Store } from '../../store/store.ts'
import { codeOf } from './code.ts'
import { type OrderOf, WAIT_PREFIX, type WaitKind } from './kind.ts'
import { sentences } from './sentences.ts'

/** Under which an approval is kept among the steps of its run, before its signal. */
export const APPROVAL_PREFIX = `${WAIT_PREFIX}approval:`

const signalOf = (name: string, generation: number): string => `approval:${name}:${generation}`

/** What was approved stays so; what was rejected is asked again when its person has the task tried again. */
export const approval: WaitKind<OrderOf<'approval'>, ApprovalWait> = {
  async begin(order, run, { store, now: clock }) {
    const known = await decisionOf(order, run, store)
    if (known !== undefined) return { value: known }
    const { name, question, by, notSelf, count, escalate } = order
    const signal = signalOf(name, run.generation)
    const code = await codeOf(run, signal, store.steps)
    const now = clock()
    const asked: ApprovalWait = {
      kind: 'approval',
      name,
      untilMs: now + order.withinMs,
      signal,
      code,
      question,
      by,
      notSelf,
      count,
      escalate: escalate && { atMs: now + escalate.afterMs, to: escalate.to },
    }
    // The cast holds: whoever was first has kept what is made here.
    const wait = (await store.steps.save(run.id, `${APPROVAL_PREFIX}${signal}`, asked)) as ApprovalWait
    if (wait.untilMs <= now) {
      const late: Approval = { isApproved: false, by: [] }
      await store.runs.signal(run.id, signal, late, [], now)
      return { value: (await decisionOf(order, run, store)) ?? late }
    }
    const { escalate: further } = wait
    const wakeMs = further !== undefined && further.atMs > now && further.atMs < wait.untilMs ? further.atMs : undefined
    return { waits: { ...wait, question: wait.question ?? question, code, wakeMs } }
  },
  asks(wait, run, lang, now) {
    const { signal, untilMs, escalate } = wait
    const card = cardOf(wait, run, lang)
    const asked = [{ name: signal, parts: [card] }]
    if (escalate === undefined || escalate.atMs > now || escalate.atMs >= untilMs) return asked
    const calling: Part = { kind: 'text', text: inLang(lang, sentences.escalated(run.number, escalate.to)) }
    return [...asked, { name: `${signal}:escalated`, parts: [calling, card] }]
  },
  async endOf(order, run, { store }) {
    const value = await decisionOf(order, run, store)
    return value && { value }
  },
  dry({ name }, lang) {
    const rejected: Approval = {
      isApproved: false,
      by: [inLang(lang, sentences.dryRun)],
      note: inLang(lang, sentences.nobodyAsked),
    }
    return { value: rejected, note: `approval ${name}: nobody is asked in a dry run` }
  },
}

/** That it was approved in any generation, or what it came to in this one. */
async function decisionOf(
  { name }: { name: string },
  run: Run,
  { steps }: Pick<Store, 'steps'>,
): Promise<Approval | undefined> {
  for (let generation = 0; generation <= run.generation; generation++) {
    const kept = await steps.find(run.id, signalStep(signalOf(name, generation)))
    const decision = kept && approvalSchema.parse(kept.value)
    if (decision?.isApproved || (decision && generation === run.generation)) return decision
  }
  return undefined
}

function cardOf({ question, name, code = '' }: ApprovalWait, { number }: Run, lang: Lang): Part {
  const { title, approve, reject } = sentences.approval(number)
  return {
    kind: 'card',
    title: inLang(lang, title),
    text: question ?? name,
    buttons: [
      { label: inLang(lang, approve), command: `approve ${number}${code}`, style: 'primary' },
      { label: inLang(lang, reject), command: `reject ${number}${code}`, style: 'danger' },
    ],
  }
}
