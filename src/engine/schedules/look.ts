import { StoreUnavailableError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import type { Address } from '../../core/message/address.ts'
import type { Part } from '../../core/message/part.ts'
import type { Schedule, ScheduleNotification } from '../../core/schedule/schedule.ts'
import { liveStates } from '../../core/task/run.ts'
import { inLang } from '../../core/text/lang.ts'
import { whyOf } from '../../core/text/why.ts'
import type { Store } from '../../store/store.ts'
import type { Access } from '../people/access.ts'
import type { Languages } from '../people/languages.ts'
import { asked, mayDeliver, messageOf } from './message.ts'
import { barred, carriedOut, type Ended, planned } from './plan.ts'
import type { TakeScheduled } from './schedule-control.ts'
import { wordText } from './sentences.ts'

export interface LookPorts {
  store: Pick<Store, 'schedules' | 'runs'>
  access: Access
  take: TakeScheduled
  /** The same `id` is said once. */
  say(said: { id: string; to: Address; parts: Part[] }): Promise<unknown>
  languages: Pick<Languages, 'of'>
  now(): number
  log: Log
}

/**
 * Looks at one schedule: what has ended, what is due. What it decides is written down first, by whoever is first, and
 * then done; who dies in between leaves it to the next look, and doing it twice is doing it once. Throws
 * StoreUnavailableError: then it is looked at again.
 */
export async function lookAtSchedule(schedule: Schedule, ports: LookPorts): Promise<void> {
  const { store, log, now } = ports
  const next = planned(schedule, await endedOf(schedule, ports), now())
  const makesTasks = next.open.some(({ taskId, isStored }) => !isStored && !isKnown(schedule, taskId))
  const decided = makesTasks && !(await mayDeliver(schedule, ports.access, now())) ? barred(schedule, now()) : next
  const written = await store.schedules.change(decided)
  // Somebody else decided meanwhile, or it is gone.
  if (written === undefined) return
  for (const { dueAt, taskId, isStored } of written.open) {
    if (isStored) continue
    await ports.take(messageOf(written, dueAt, now()), written)
    log.info({ scheduleId: written.id, taskId, lateMs: now() - dueAt }, 'a schedule is due')
  }
  for (const word of written.unsaid) await tellOwner(written, word, ports)
  const isDone = written.unsaid.length === 0 && written.open.every(({ isStored }) => isStored)
  if (!isDone) await store.schedules.change(carriedOut(written, now()))
}

/** Those of its open tasks that are over. One that is not stored yet is not looked for. */
async function endedOf({ open }: Schedule, { store }: LookPorts): Promise<Map<string, Ended>> {
  const ended = new Map<string, Ended>()
  for (const { taskId, isStored } of open) {
    if (!isStored) continue
    const run = await store.runs.find(taskId)
    if (run === undefined) ended.set(taskId, 'gone')
    else if (!liveStates.includes(run.state)) ended.set(taskId, { number: run.number, state: run.state, why: run.why })
  }
  return ended
}

/** In the chat where it was made: there the owner can be reached. In a group they are pointed out. */
async function tellOwner(schedule: Schedule, word: ScheduleNotification, ports: LookPorts): Promise<void> {
  const { askedIn, owner } = schedule
  const lang = await ports.languages.of(asked(schedule, schedule.id, ports.now()))
  const text = inLang(lang, wordText(schedule, word)).trim()
  // A caller of the API is nobody that could be pointed out.
  const mentions =
    askedIn.chatKind === 'group' && !owner.id.startsWith('api:') ? [{ person: owner.id, name: owner.name }] : undefined
  try {
    await ports.say({ id: word.id, to: askedIn, parts: [{ kind: 'text', text, mentions }] })
  } catch (error) {
    if (error instanceof StoreUnavailableError) throw error
    // A channel that config no longer has: nobody can be told there, and the schedule goes on.
    ports.log.error({ scheduleId: schedule.id, error: whyOf(error) }, 'the owner of a schedule could not be told')
  }
}

function isKnown({ open }: Schedule, taskId: string): boolean {
  return open.some((task) => task.taskId === taskId)
}
