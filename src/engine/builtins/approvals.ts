import { UsageError } from '../../core/errors.ts'
import type { Run } from '../../core/task/run.ts'
import type { Approval, ApprovalWait } from '../../core/task/waits/approval.ts'
import type { Bilingual } from '../../core/text/lang.ts'
import { codeFound, named, type Reference, readReference, referenceText } from '../waiting/code.ts'
import { choiceLine, sentences as common } from '../waiting/sentences.ts'
import { type AskedApproval, approvalsOf, giveVote, isUndecided } from '../waiting/votes.ts'
import { argument, type Builtin, type BuiltinCall, type BuiltinPorts, builtin } from './builtin.ts'

/** Answers to a task that asks for approval. */
export function approvalBuiltins({ store, taskControl, now }: BuiltinPorts): Builtin[] {
  const { steps } = store

  async function vote(call: BuiltinCall, isApproved: boolean): Promise<string> {
    const { args, me, pick, message } = call
    const fail = (sentence: Bilingual): never => {
      throw new UsageError(pick(sentence))
    }
    const written = String(args.number)
    const reference = readReference(written)
    const run = reference && (await store.runs.findByNumber(reference.number))
    if (reference === undefined || run === undefined) return fail(sentences.nothingWaits(written.replace(/^#/, '')))
    const number = referenceText(reference)
    const { signal } = await call.once('approval', async () => {
      const meant = await approvalMeant(run, reference, isApproved, call)
      return 'signal' in meant ? { signal: meant.signal } : fail(meant)
    })
    const wait = (await approvalsOf(run, steps)).find((each) => each.wait.signal === signal)?.wait
    if (wait === undefined) return fail(sentences.over(number, undefined))
    const note = typeof args.note === 'string' ? args.note : undefined
    const given = { by: me, isApproved, note, message: message.id }
    const voted = await giveVote(run, wait, given, { store, signal: taskControl.signal, now })
    switch (voted.state) {
      case 'decided':
        return pick(isApproved ? sentences.approved(number) : sentences.rejected(number))
      case 'counted':
        return pick(sentences.counted(number, voted.given, wait.count))
      case 'twice':
        return fail(sentences.twice(number))
      case 'over':
        return fail(sentences.over(number, voted.decision))
    }
  }

  /** The approval that a person means, or the sentence why there is none or which of several it may be. */
  async function approvalMeant(
    run: Run,
    reference: Reference,
    isApproved: boolean,
    call: BuiltinCall,
  ): Promise<ApprovalWait | Bilingual> {
    const number = referenceText(reference)
    const asked = await named(await approvalsOf(run, steps), reference, run, steps)
    if (asked.length === 0) return sentences.nothingWaits(number)
    const undecided = asked.filter((each) => isUndecided(run, each))
    const own = asked.findLast(({ decision }) => decision?.by.includes(call.me))
    if (undecided.length === 0) return sentences.over(number, (own ?? asked.at(-1))?.decision)
    const may = await Promise.all(undecided.map(({ wait }) => mayVote(run, wait, call, now())))
    const granted = undecided.filter((_, index) => may[index])
    if (granted.length === 0) return own ? sentences.over(number, own.decision) : sentences.notYours(number)
    const theirs = granted.filter(({ wait }) => !(wait.notSelf && run.owner === call.me))
    if (theirs.length === 0) return sentences.notSelf(number)
    const open = theirs.filter(({ wait }) => wait.untilMs > now())
    if (open.length === 0) return sentences.late(number)
    const toDo = open.filter((each) => !isApproved || hasEffect(each, call.me))
    const [first] = toDo
    if (first === undefined) return sentences.twice(number)
    return toDo.length === 1 ? first.wait : which(run, toDo, isApproved)
  }

  async function which(run: Run, open: readonly AskedApproval[], isApproved: boolean): Promise<Bilingual> {
    const word = isApproved ? 'approve' : 'reject'
    const lines = open.map(async ({ wait }) => {
      const code = (await codeFound(run, wait, steps)) ?? ''
      return choiceLine(`${word} ${run.number}${code}`, wait.question ?? wait.name)
    })
    return common.which(run.number, await Promise.all(lines))
  }

  const args = [argument('number'), argument('note', { optional: true, rest: true })]
  return [
    builtin('approve', { zh: '同意', en: 'Approve' }, args, (call) => vote(call, true), ['同意']),
    builtin('reject', { zh: '驳回', en: 'Reject' }, args, (call) => vote(call, false), ['驳回']),
  ]
}

/** Whether their approval would change anything: theirs counts already where others have to approve as well. */
function hasEffect({ wait, approvers }: AskedApproval, me: string): boolean {
  return !approvers.includes(me) || approvers.length >= wait.count
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
