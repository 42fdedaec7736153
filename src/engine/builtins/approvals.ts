import { UsageError } from '../../core/errors.ts'
import { liveStates, type Run } from '../../core/task/run.ts'
import type { Approval, ApprovalWait } from '../../core/task/wait.ts'
import type { Bilingual } from '../../core/text/lang.ts'
import { approvalsOf, voteStep } from '../waiting/waits.ts'
import { argument, type Builtin, type BuiltinCall, type BuiltinPorts, builtin } from './builtin.ts'

/** Answers to a task that asks for approval. */
export function approvalBuiltins({ store, desk, now }: BuiltinPorts): Builtin[] {
  async function vote(call: BuiltinCall, isApproved: boolean): Promise<string> {
    const { args, me, pick } = call
    const fail = (sentence: Bilingual): never => {
      throw new UsageError(pick(sentence))
    }
    const number = String(args.number).replace(/^#/, '')
    const run = /^\d{1,15}$/.test(number) ? await store.runs.findByNumber(Number(number)) : undefined
    const asked = run === undefined ? [] : await approvalsOf(run, store.steps)
    const [open] = asked.filter(({ decision }) => decision === undefined)
    const isLive = run !== undefined && liveStates.includes(run.state)
    if (run === undefined || open === undefined || !isLive) {
      return fail(asked.length === 0 ? sentences.nothingWaits(number) : sentences.over(number, asked.at(-1)?.decision))
    }
    const { wait, votes } = open
    if (!(await mayVote(run, wait, call, now()))) fail(sentences.notYours(number))
    if (wait.notSelf && run.owner === me) fail(sentences.notSelf(number))
    if (wait.untilMs <= now()) fail(sentences.late(number))
    if (votes.some(({ by }) => by === me)) fail(sentences.twice(number))

    const note = typeof args.note === 'string' ? args.note : undefined
    await store.steps.save(run.id, voteStep(wait, me), { by: me, isApproved })
    const by = isApproved ? await approversOf(run, wait) : [me]
    if (isApproved && by.length < wait.count) return pick(sentences.counted(number, by.length, wait.count))
    const decision: Approval = { isApproved, by, note }
    const said = `${wait.name}: ${isApproved ? 'approved' : 'rejected'} by ${by.join(', ')}`
    // Somebody else may have been quicker; theirs stands.
    if ((await desk.signal(run, wait.signal, decision, said)) !== 'first') {
      const decided = (await approvalsOf(run, store.steps)).find((each) => each.wait.signal === wait.signal)
      fail(sentences.over(number, decided?.decision))
    }
    return pick(isApproved ? sentences.approved(number) : sentences.rejected(number))
  }

  async function approversOf(run: Run, { signal }: ApprovalWait): Promise<string[]> {
    const asked = (await approvalsOf(run, store.steps)).find(({ wait }) => wait.signal === signal)
    return (asked?.votes ?? []).flatMap(({ by, isApproved }) => (isApproved ? [by] : []))
  }

  const args = [argument('number'), argument('note', { optional: true, rest: true })]
  return [
    builtin('approve', { zh: '同意', en: 'Approve' }, args, (call) => vote(call, true), ['同意']),
    builtin('reject', { zh: '驳回', en: 'Reject' }, args, (call) => vote(call, false), ['驳回']),
  ]
}

async function mayVote(run: Run, { by, escalate }: ApprovalWait, call: BuiltinCall, now: number): Promise<boolean> {
  const { me, access, message } = call
  if (by === undefined ? run.owner === me || access.isAdmin(message) : await mayUse(by, call)) return true
  if (escalate === undefined || escalate.atMs > now) return false
  const { to } = escalate
  return typeof to === 'string' ? mayUse(to, call) : to.some((person) => person.toLowerCase() === me)
}

function mayUse(granted: string, { access, message }: BuiltinCall): Promise<boolean> {
  const [scene = '', command = ''] = granted.split('.')
  return access.isGranted(message, scene, command)
}

const sentences = {
  nothingWaits: (number: string): Bilingual => ({
    zh: `#${number} 没有在等待审批。`,
    en: `#${number} does not wait for an approval.`,
  }),
  over: (number: string, decision: Approval | undefined): Bilingual => {
    const who = decision?.by.join(', ') ?? ''
    if (who === '') return { zh: `#${number} 的审批已经过期或结束了。`, en: `The approval of #${number} is over.` }
    return decision?.isApproved
      ? { zh: `#${number} 已经由 ${who} 同意了。`, en: `#${number} was already approved by ${who}.` }
      : { zh: `#${number} 已经由 ${who} 驳回了。`, en: `#${number} was already rejected by ${who}.` }
  },
  notYours: (number: string): Bilingual => ({
    zh: `你不能审批 #${number}。`,
    en: `#${number} is not yours to approve.`,
  }),
  notSelf: (number: string): Bilingual => ({
    zh: `#${number} 是你自己的任务，要由别人审批。`,
    en: `#${number} is your own task: somebody else has to approve it.`,
  }),
  late: (number: string): Bilingual => ({
    zh: `#${number} 的审批期限已过。`,
    en: `The time to approve #${number} is over.`,
  }),
  twice: (number: string): Bilingual => ({
    zh: `你已经审批过 #${number} 了。`,
    en: `You have voted on #${number} already.`,
  }),
  counted: (number: string, given: number, needed: number): Bilingual => ({
    zh: `已记下。#${number} 还需要 ${needed - given} 人同意。`,
    en: `Noted. #${number} needs ${needed - given} more.`,
  }),
  approved: (number: string): Bilingual => ({
    zh: `#${number} 已同意，继续进行。`,
    en: `#${number} is approved and goes on.`,
  }),
  rejected: (number: string): Bilingual => ({ zh: `#${number} 已驳回。`, en: `#${number} is rejected.` }),
}
