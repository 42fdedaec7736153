import type { Config } from '../../../config/config.ts'
import { consoleRooms } from '../../channels/console/people.ts'
import { platforms } from '../../channels/platforms.ts'
import { commandText } from '../../core/command/entries.ts'
import { lineOf } from '../../core/message/address.ts'
import { askerOf } from '../../core/message/message.ts'
import { readMoment } from '../../core/schedule/moment.ts'
import { CONTROL_LANE, laneOf } from '../../core/task/lane.ts'
import type { Run, RunFilter } from '../../core/task/run.ts'
import type { Task } from '../../core/task/task.ts'
import type { ApiPorts } from '../../dashboard/api/index.ts'
import type { Reception } from '../../ingress/reception.ts'
import type { CatalogSide } from '../catalog-side.ts'
import type { EngineSide } from '../engine-side.ts'
import type { StoreSide } from '../store-side.ts'
import type { TalkSide } from '../talk-side.ts'
import type { Replays } from './replays.ts'

export type ApiSidePorts = Pick<StoreSide, 'store' | 'tasks' | 'now' | 'log'> &
  Pick<CatalogSide, 'catalog'> &
  Pick<TalkSide, 'channels' | 'wakes' | 'outbox'> &
  Pick<EngineSide, 'taskControl' | 'presets' | 'schedules' | 'budgets'>

/** The installation as the API and the dashboard are handed it. */
export function apiPortsOf(
  config: Config,
  ports: ApiSidePorts,
  { reception, replays }: { reception: Reception; replays: Replays },
  version: string,
): ApiPorts {
  const { store, channels, outbox, tasks, wakes, taskControl, now, log } = ports
  const lanes = [CONTROL_LANE, ...Object.keys(config.lanes)]

  async function withRun(taskId: string, act: (run: Run) => Promise<boolean>): Promise<boolean> {
    const run = await store.runs.find(taskId)
    return run === undefined ? false : act(run)
  }

  return {
    config,
    version,
    startedAt: now(),
    store,
    channels: [...channels.values()],
    platformTitle: (platform) => platforms.find(({ name }) => name === platform)?.title,
    rooms: consoleRooms,
    catalog: ports.catalog,
    presets: { ...ports.presets, usual: config.llm.preset },
    schedules: { ...ports.schedules, timeZone: config.timeZone },
    now,
    log,
    readDate: (text, edge) => readMoment(text, config.timeZone, now(), edge),
    laneCounts: () =>
      Promise.all(
        lanes.map(async (name) => ({
          name,
          concurrency: config.lanes[name]?.concurrency ?? laneOf(name).concurrency,
          ...(await tasks.counts(name)),
        })),
      ),
    async waitingTasks(filter, limit) {
      const waiting = await Promise.all(lanes.map((lane) => tasks.waiting(lane, limit)))
      return waiting
        .flat()
        .filter((task) => fits(task, filter))
        .slice(0, limit)
    },
    async accept(message) {
      return { taskId: (await reception.take(message)).id }
    },
    async say(said) {
      return { deliveryIds: await outbox.push(said) }
    },
    cancel: (taskId, by) => withRun(taskId, (run) => taskControl.cancel(run, by)),
    retry: (taskId, by, options) => withRun(taskId, (run) => taskControl.retry(run, by, options)),
    async replay(taskId, options) {
      const run = await store.runs.find(taskId)
      return run && replays.begin(run, options)
    },
    replayed: replays.compare,
    usage: ports.budgets.usage,
    raiseBudget: ports.budgets.raise,
    async resend(deliveryId, by) {
      const at = now()
      if (!(await store.outbox.resend(deliveryId, at + config.limits.deliveryKeptMs, at))) return false
      await store.grants.record({ at, by, what: `resend ${deliveryId}` })
      const record = await store.outbox.find(deliveryId)
      if (record !== undefined) await wakes.wake(lineOf(record.delivery.to), at, at)
      return true
    },
  }
}

/** Whether a task that has no record yet fits what is looked for. */
function fits(task: Task, filter: RunFilter): boolean {
  const { message, route } = task
  const command = route === undefined ? '' : commandText(route.scene, route.command)
  const sought = filter.q?.toLowerCase() ?? ''
  return (
    task.piece === undefined &&
    (filter.states === undefined || filter.states.includes('waiting')) &&
    (filter.channel === undefined || filter.channel === message.from.channel) &&
    (filter.chat === undefined || filter.chat === message.from.chat) &&
    (filter.user === undefined || filter.user === askerOf(message)) &&
    (filter.command === undefined || filter.command === command) &&
    (message.text.toLowerCase().includes(sought) || task.id.toLowerCase().includes(sought))
  )
}
