import { inLang, type Lang } from '../core/lang.ts'
import type { Part } from '../core/part.ts'
import type { Run } from '../core/run.ts'
import { type Approval, type ApprovalWait, approvalSchema, signalStep, type Wait } from '../core/wait.ts'
import type { Engine } from './engine.ts'
import { sentences } from './sentences.ts'

/** What a command asks to wait for; its time counts from the first time it asks. */
export type WaitOrder =
  | { kind: 'sleep'; name: string; ms: number }
  | {
      kind: 'approval'
      name: string
      withinMs: number
      question?: string
      by?: string
      notSelf: boolean
      count: number
    }

/** What a wait has come to, or that it goes on. */
export type Waited = { value: unknown } | { waits: Wait }

/** Under which the times and questions of waits are kept among the steps of their run; authors' names never begin so. */
export const WAIT_PREFIX = 'wait:'
const APPROVAL_PREFIX = `${WAIT_PREFIX}approval:`

/** Asked again by a later attempt, it is the same wait: same end, asked aloud once. */
export function waitFor(order: WaitOrder, run: Run, lang: Lang, engine: Engine): Promise<Waited> {
  return order.kind === 'sleep' ? sleep(order, run, engine) : approval(order, run, lang, engine)
}

async function sleep({ name, ms }: WaitOrder & { kind: 'sleep' }, run: Run, engine: Engine): Promise<Waited> {
  const asked = { kind: 'sleep', name, untilMs: engine.now() + ms }
  // The cast holds: whoever was first has kept what is made here.
  const wait = (await engine.store.steps.save(run.id, `${WAIT_PREFIX}sleep:${name}`, asked)) as typeof asked & Wait
  return wait.untilMs <= engine.now() ? { value: undefined } : { waits: wait }
}

/** What was approved stays so; what was rejected is asked again when its person has the task tried again. */
async function approval(
  order: WaitOrder & { kind: 'approval' },
  run: Run,
  lang: Lang,
  engine: Engine,
): Promise<Waited> {
  const { steps, runs } = engine.store
  const { name, by, notSelf, count } = order
  const signalOf = (round: number): string => `approval:${name}:${round}`
  for (let round = 0; round <= run.round; round++) {
    const kept = await decided(signalOf(round))
    if (kept?.isApproved || (kept && round === run.round)) return { value: kept }
  }
  const signal = signalOf(run.round)
  const untilMs = engine.now() + order.withinMs
  const asked: ApprovalWait = { kind: 'approval', name, untilMs, signal, by, notSelf, count }
  // The cast holds for the same reason.
  const wait = (await steps.save(run.id, `${APPROVAL_PREFIX}${signal}`, asked)) as ApprovalWait
  if (wait.untilMs <= engine.now()) {
    const late: Approval = { isApproved: false, by: [] }
    await runs.signal(run.id, signal, late, [], engine.now())
    return { value: (await decided(signal)) ?? late }
  }
  const parts = questionOf(run, order, lang)
  await engine.say({ task: run.task, round: run.round, name: signal, parts, toChat: true })
  return { waits: wait }

  async function decided(ofSignal: string): Promise<Approval | undefined> {
    const kept = await steps.find(run.id, signalStep(ofSignal))
    return kept && approvalSchema.parse(kept.value)
  }
}

function questionOf(run: Run, { question, name }: { question?: string; name: string }, lang: Lang): Part[] {
  const { title, approve, reject } = sentences.approval(run.number)
  return [
    {
      kind: 'card',
      title: inLang(lang, title),
      text: question ?? name,
      buttons: [
        { label: inLang(lang, approve), command: `approve ${run.number}`, style: 'primary' },
        { label: inLang(lang, reject), command: `reject ${run.number}`, style: 'danger' },
      ],
    },
  ]
}

/** The approvals that a run has asked for, oldest first, and what they came to. */
export async function approvalsOf(
  run: Run,
  steps: Pick<Engine['store']['steps'], 'list'>,
): Promise<{ wait: ApprovalWait; votes: { by: string; isApproved: boolean }[]; decision?: Approval }[]> {
  const kept = await steps.list(run.id)
  const keptValue = (name: string): unknown => kept.find((step) => step.name === name)?.value
  return kept.flatMap(({ name, value }) => {
    if (!name.startsWith(APPROVAL_PREFIX)) return []
    const wait = value as ApprovalWait // kept above
    const decision = approvalSchema.safeParse(keptValue(signalStep(wait.signal)))
    const votes = kept.flatMap((step) =>
      step.name.startsWith(votePrefix(wait)) ? [step.value as { by: string; isApproved: boolean }] : [],
    )
    return [{ wait, votes, decision: decision.data }]
  })
}

/** The step that keeps one person's vote. */
export function voteStep(wait: ApprovalWait, person: string): string {
  return `${votePrefix(wait)}${person}`
}

function votePrefix({ signal }: ApprovalWait): string {
  return `${WAIT_PREFIX}vote:${signal}:`
}
