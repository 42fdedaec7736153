import { z } from 'zod'
import { liveStates, type Run } from '../../core/task/run.ts'
import { signalStep } from '../../core/task/wait.ts'
import { type ApprovalWait, type GivenApproval, givenApprovalSchema } from '../../core/task/waits/approval.ts'
import { stepsNamed } from '../../store/named-steps.ts'
import type { Store } from '../../store/store.ts'
import { APPROVAL_PREFIX } from './approval.ts'
import { isOfNow } from './code.ts'
import { WAIT_PREFIX } from './kind.ts'
import type { EndingPorts } from './ports.ts'

/* What people say to the approvals that tasks ask for. */

/** One of several that are needed; what rejects or decides alone needs no vote, its signal is all. */
const voteSchema = z.object({ by: z.string(), isApproved: z.boolean(), message: z.string().optional() })

/** An approval that was asked for. */
export interface AskedApproval {
  wait: ApprovalWait
  /** Who has approved it so far. */
  approvers: string[]
  decision?: GivenApproval
}

/** The approvals that a run has asked for, oldest first, and what they came to. */
export async function approvalsOf(
  run: Run,
  steps: Pick<Store['steps'], 'list' | 'find' | 'sizes'>,
): Promise<AskedApproval[]> {
  const kept = await stepsNamed(run.id, [APPROVAL_PREFIX, VOTE_PREFIX, signalStep('')], steps)
  const values = new Map(kept.map(({ name, value }) => [name, value]))
  const votes = kept.filter(({ name }) => name.startsWith(VOTE_PREFIX))
  return kept.flatMap(({ name, value }) => {
    if (!name.startsWith(APPROVAL_PREFIX)) return []
    const wait = value as ApprovalWait // kept where it began
    const decision = givenApprovalSchema.safeParse(values.get(signalStep(wait.signal))).data
    const approvers = votes.flatMap((step) => {
      const vote = voteSchema.safeParse(step.value).data
      return vote?.isApproved && step.name === voteStep(wait, vote.by) ? [vote.by] : []
    })
    return [{ wait, approvers, decision }]
  })
}

/** Whether somebody may still decide it. */
export function isUndecided(run: Run, { wait, decision }: AskedApproval): boolean {
  return decision === undefined && isOfNow(run, wait) && liveStates.includes(run.state)
}

const VOTE_PREFIX = `${WAIT_PREFIX}vote:`

function voteStep({ signal }: ApprovalWait, person: string): string {
  return `${VOTE_PREFIX}${signal}:${person}`
}

export interface Vote {
  by: string
  isApproved: boolean
  note: string | undefined
  /** The message that gives it: given by it again it is the same vote. */
  message: string
}

export type Voted =
  | { state: 'decided' }
  | { state: 'counted'; given: number }
  /** They have approved it before, and others have to. */
  | { state: 'twice' }
  /** Somebody else was quicker; theirs stands. */
  | { state: 'over'; decision: GivenApproval | undefined }

/**
 * Gives a vote and, when it decides, says so to the run. Whatever was cut short is gone on with by the same vote
 * again, or by the next one.
 */
export async function giveVote(run: Run, wait: ApprovalWait, vote: Vote, ports: EndingPorts): Promise<Voted> {
  const { steps } = ports.store
  const { by: me, isApproved, note, message } = vote
  const here = async () => (await approvalsOf(run, steps)).find((each) => each.wait.signal === wait.signal)
  let by = [me]
  let isRepeat = false
  if (isApproved && wait.count > 1) {
    const own: z.infer<typeof voteSchema> = { by: me, isApproved, message }
    isRepeat = voteSchema.parse(await steps.save(run.id, voteStep(wait, me), own)).message === message
    by = (await here())?.approvers ?? []
    if (by.length < wait.count) return isRepeat ? { state: 'counted', given: by.length } : { state: 'twice' }
  }
  const decision: GivenApproval = { isApproved, by, note, message }
  const said = `${wait.name}: ${isApproved ? 'approved' : 'rejected'} by ${by.join(', ')}`
  if ((await ports.signal(run, wait.signal, decision, said)) === 'first') return { state: 'decided' }
  const stands = (await here())?.decision
  const isCounted = isRepeat && stands?.isApproved && stands.by.includes(me)
  return stands?.message === message || isCounted ? { state: 'decided' } : { state: 'over', decision: stands }
}
