import type { Part } from '../../core/message/part.ts'
import type { Run } from '../../core/task/run.ts'
import { type Approval, type ApprovalWait, approvalSchema, signalStep, type Wait } from '../../core/task/wait.ts'
import { inLang, type Lang } from '../../core/text/lang.ts'
import type { Store } from '../../store/store.ts'
import { answerOf, answerTo } from './answers.ts'
import type { WaitingPorts } from './ports.ts'
import { sentences } from './sentences.ts'
import { WAIT_PREFIX, type Waited, type WaitOrder } from './wait-order.ts'

const APPROVAL_PREFIX = `${WAIT_PREFIX}approval:`

/** Asked again by a later attempt, it is the same wait: same end, asked aloud once. */
export function waitFor(order: WaitOrder, run: Run, lang: Lang, ports: WaitingPorts): Promise<Waited> {
  switch (order.kind) {
    case 'sleep':
      return sleep(order, run, ports)
    case 'approval':
      return approval(order, run, lang, ports)
    case 'answer':
      return answerTo(order, run, lang, ports)
  }
}

/** What the wait has come to, without asking or beginning anything; undefined when it goes on or was never begun. */
export async function endOfWait(
  order: WaitOrder,
  run: Run,
  ports: WaitingPorts,
): Promise<{ value: unknown } | undefined> {
  const { store, now } = ports
  if (order.kind === 'sleep') {
    const kept = await store.steps.find(run.id, sleepStep(order.name))
    // The cast holds: it is kept below.
    return kept && (kept.value as Wait).untilMs <= now() ? { value: undefined } : undefined
  }
  const value = await (order.kind === 'answer' ? answerOf(order, run, store) : decisionOf(order, run, store))
  return value && { value }
}

const sleepStep = (name: string): string => `${WAIT_PREFIX}sleep:${name}`

async function sleep({ name, ms }: WaitOrder & { kind: 'sleep' }, run: Run, ports: WaitingPorts): Promise<Waited> {
  const asked = { kind: 'sleep', name, untilMs: ports.now() + ms }
  // The cast holds: whoever was first has kept what is made here.
  const wait = (await ports.store.steps.save(run.id, sleepStep(name), asked)) as typeof asked & Wait
  return wait.untilMs <= ports.now() ? { value: undefined } : { waits: wait }
}

/** What was approved stays so; what was rejected is asked again when its person has the task tried again. */
async function approval(
  order: WaitOrder & { kind: 'approval' },
  run: Run,
  lang: Lang,
  ports: WaitingPorts,
): Promise<Waited> {
  const { steps, runs } = ports.store
  const { name, by, notSelf, count, escalate } = order
  const known = await decisionOf(order, run, ports.store)
  if (known !== undefined) return { value: known }
  const signal = approvalSignal(name, run.round)
  const now = ports.now()
  const asked: ApprovalWait = {
    kind: 'approval',
    name,
    untilMs: now + order.withinMs,
    signal,
    by,
    notSelf,
    count,
    escalate: escalate && { atMs: now + escalate.afterMs, to: escalate.to },
  }
  // The cast holds for the same reason.
  const wait = (await steps.save(run.id, `${APPROVAL_PREFIX}${signal}`, asked)) as ApprovalWait
  if (wait.untilMs <= now) {
    const late: Approval = { isApproved: false, by: [] }
    await runs.signal(run.id, signal, late, [], now)
    return { value: (await decisionOf(order, run, ports.store)) ?? late }
  }
  const say = (name: string, parts: Part[]) =>
    ports.say({ task: run.task, round: run.round, name, parts, toChat: true })
  await say(signal, questionOf(run, order, lang))
  const further = wait.escalate
  if (further === undefined || further.atMs >= wait.untilMs) return { waits: wait }
  if (further.atMs > now) return { waits: { ...wait, wakeMs: further.atMs } }
  const calling: Part = { kind: 'text', text: inLang(lang, sentences.escalated(run.number, further.to)) }
  await say(`${signal}:escalated`, [calling, ...questionOf(run, order, lang)])
  return { waits: wait }
}

const approvalSignal = (name: string, round: number): string => `approval:${name}:${round}`

/** That it was approved in any round, or what it came to in this one. */
async function decisionOf(
  { name }: { name: string },
  run: Run,
  { steps }: Pick<Store, 'steps'>,
): Promise<Approval | undefined> {
  for (let round = 0; round <= run.round; round++) {
    const kept = await steps.find(run.id, signalStep(approvalSignal(name, round)))
    const decision = kept && approvalSchema.parse(kept.value)
    if (decision?.isApproved || (decision && round === run.round)) return decision
  }
  return undefined
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
  steps: Pick<Store['steps'], 'list'>,
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
