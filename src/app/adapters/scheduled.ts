import type { Config } from '../../../config/config.ts'
import type { TaskQueues } from '../../../queues/tasks.ts'
import type { Catalog } from '../../core/command/catalog.ts'
import { askerOf } from '../../core/message/message.ts'
import { CONTROL_LANE, FALLBACK_LANE } from '../../core/task/lane.ts'
import { liveStates, newRunOf } from '../../core/task/run.ts'
import type { ConfiguredSchedule } from '../../engine/schedules/configured.ts'
import type { TakeScheduled } from '../../engine/schedules/schedule-control.ts'
import { taskOf } from '../../ingress/accept.ts'
import type { Store } from '../../store/store.ts'

export interface TakingPorts {
  config: Pick<Config, 'lanes' | 'prefixes'>
  store: Pick<Store, 'runs' | 'shares'>
  tasks: Pick<TaskQueues, 'add'>
  catalog(): Catalog
  now(): number
}

/**
 * Where the messages of schedules come in: as any platform's, but without an acknowledgement, a notice or an ordering
 * key.
 */
export function takeScheduled({ config, store, tasks, catalog, now }: TakingPorts): TakeScheduled {
  const lanes = new Set([CONTROL_LANE, ...Object.keys(config.lanes)])
  return async (message, { id, number }) => {
    const task = await taskOf(message, {
      catalog,
      prefixes: config.prefixes,
      defaultLane: CONTROL_LANE,
      fallbackLane: FALLBACK_LANE,
      lanes,
      share: (lane) => store.shares.priority(lane, askerOf(message)),
      orderingKeyOf: () => undefined,
    })
    const made = { ...task, schedule: { id, number } }
    // Its record first: one without a record is over, and one that is over is not begun again.
    const { run } = await store.runs.create(newRunOf(made), now())
    if (liveStates.includes(run.state)) await tasks.add(run.task)
  }
}

/** The schedules of the config file as the store holds them; their owners are told in their own chats. */
export function configuredSchedules({
  schedules,
  timeZone,
}: Pick<Config, 'schedules' | 'timeZone'>): ConfiguredSchedule[] {
  return Object.entries(schedules).map(([name, { owner, to, run, ...rest }]) => {
    const askedIn = { channel: owner.channel, chat: owner.id, chatKind: 'private' as const }
    return {
      ...rest,
      name,
      text: run,
      timeZone: rest.timeZone ?? timeZone,
      owner: { id: owner.id },
      askedIn,
      to: to ?? askedIn,
      source: 'config',
    }
  })
}
