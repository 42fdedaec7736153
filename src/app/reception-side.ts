import type { Config } from '../../config/config.ts'
import type { TaskQueues } from '../../queues/tasks.ts'
import { SENT_FILE_KEPT_MS, sentFileName } from '../core/message/sent-file.ts'
import { CONTROL_LANE, FALLBACK_LANE, laneOf, lanesThat } from '../core/task/lane.ts'
import { orderingKeyOf } from '../core/task/ordering-key.ts'
import { newRunOf } from '../core/task/run.ts'
import type { Task } from '../core/task/task.ts'
import { whyOf } from '../core/text/why.ts'
import type { AcceptPorts } from '../ingress/accept.ts'
import { fairShare } from '../ingress/fair-share.ts'
import { type HeldReplies, openHeldReplies } from '../ingress/held-replies.ts'
import { type LateNotices, openLateNotices } from '../ingress/late-notices.ts'
import { openReception, type Reception } from '../ingress/reception.ts'
import { openWaitingRooms, type WaitingRooms } from '../ingress/waiting-rooms.ts'
import type { EngineSide } from './engine-side.ts'
import type { StoreSide } from './store-side.ts'
import type { TalkSide } from './talk-side.ts'

const quickLanes = lanesThat(({ isQuick }) => isQuick)

export type ReceptionPorts = Pick<StoreSide, 'processId' | 'store' | 'tasks' | 'now' | 'log'> &
  Pick<TalkSide, 'channels' | 'wakes' | 'outbox' | 'holdHere'> &
  Pick<EngineSide, 'languages' | 'interrupt' | 'overlapOf'> &
  Pick<AcceptPorts, 'catalog'>

/** Where messages come in, from whichever channel. */
export interface ReceptionSide {
  accepting: AcceptPorts
  reception: Reception
  waiting: WaitingRooms
  lateNotices: LateNotices
  held: HeldReplies
}

export async function openReceptionSide(config: Config, ports: ReceptionPorts): Promise<ReceptionSide> {
  const { processId, store, tasks, channels, wakes, outbox, languages, now, log } = ports
  const held = await openHeldReplies({
    by: processId,
    outbox: store.outbox,
    signals: store.signals,
    wake: (line, at) => wakes.wake(line, at, now()),
    now,
    log,
  })
  ports.holdHere(held)
  const lateNotices = openLateNotices({
    afterMs: config.llm.noticeAfterMs,
    runs: store.runs,
    ahead: (task) => aheadOf(task, ports),
    say: outbox.push,
    languageOf: languages.of,
    now,
    log,
  })
  const accepting: AcceptPorts = {
    catalog: ports.catalog,
    prefixes: config.prefixes,
    defaultLane: CONTROL_LANE,
    fallbackLane: FALLBACK_LANE,
    lanes: new Set([CONTROL_LANE, ...Object.keys(config.lanes)]),
    share: fairShare(store.shares, quickLanes, await isBehind(tasks), now),
    orderingKeyOf: (lane, message) =>
      laneOf(lane).order === 'keyed' ? orderingKeyOf(message, config.llm.memory) : undefined,
  }
  const reception = openReception({
    ...accepting,
    quickLanes,
    lateLanes: lanesThat(({ notice }) => notice === 'when-late'),
    lateNotices,
    join: (task) => join(task, ports),
    enqueue: tasks.add,
    held,
    by: processId,
    runs: store.runs,
    ahead: tasks.ahead,
    async noteFile(message, file) {
      const noted = JSON.stringify({ at: message.receivedAt, part: file })
      const until = message.receivedAt + SENT_FILE_KEPT_MS
      await store.settings.set(sentFileName(message.from, message.sender.id), noted, until)
    },
    sendStranded: outbox.sendStranded,
    say: outbox.push,
    languageOf: languages.of,
    now,
  })
  const waiting = openWaitingRooms({ channels, take: reception.take, lang: config.lang, now, log })
  return { accepting, reception, waiting, lateNotices, held }
}

/** Puts a question behind those of its person. */
async function join(task: Task, { store, interrupt, overlapOf, now, log }: ReceptionPorts): Promise<void> {
  if (task.orderingKey === undefined) return
  const { created, run } = await store.orderingKeys.join(newRunOf(task), task.orderingKey, now())
  if (!created || overlapOf(task.message.from.channel).mode !== 'interrupt') return
  // Not waited for: the acknowledgement is, and what fails here is done by the worker that takes it up.
  interrupt(run).catch((error: unknown) => {
    log.warn({ taskId: task.id, error: whyOf(error) }, 'an earlier question was not interrupted yet')
  })
}

/** How many stand before it, by its ordering key or else in its lane. */
async function aheadOf(task: Task, { store, tasks }: ReceptionPorts): Promise<number> {
  const [inKey, inLane] = await Promise.all([
    task.orderingKey === undefined ? 0 : store.orderingKeys.ahead(task.orderingKey, task.id),
    tasks.ahead(task),
  ])
  return Math.max(inKey, inLane)
}

/** Whether tasks of a quick lane wait already, or are to come back from a dead worker. */
async function isBehind(tasks: Pick<TaskQueues, 'counts'>): Promise<boolean> {
  try {
    const counts = await Promise.all([...quickLanes].map((lane) => tasks.counts(lane)))
    return counts.some(({ waiting, active, delayed }) => waiting + active + delayed > 0)
  } catch {
    // The store is away: who knows what waits there.
    return true
  }
}
