import { resolve } from 'node:path'
import type { Config } from '../../config/config.ts'
import type { Channel } from '../channels/channel.ts'
import { RejectedError } from '../core/errors.ts'
import { settledWithin } from '../core/settled-within.ts'
import { laneOf } from '../core/task/lane.ts'
import type { Outcome } from '../core/task/outcome.ts'
import type { Task } from '../core/task/task.ts'
import { openCancels } from '../engine/attempt/cancels.ts'
import { type AttemptPorts, runTask } from '../engine/attempt/run-task.ts'
import { CANCEL_TOPIC } from '../engine/control/task-control.ts'
import { openScratch, type ScratchRoot } from '../engine/files/scratch.ts'
import { openChatter } from '../engine/llm/chatter.ts'
import { openTaskWatch } from '../engine/waiting/task-watch.ts'
import { type MediaPorts, openMedia } from './adapters/media.ts'
import { type ModelSidePorts, openModelPorts } from './adapters/model-ports.ts'
import { TASK_TOPIC } from './adapters/task-changes.ts'
import type { EngineSide } from './engine-side.ts'
import { type LaneSlotPorts, openLaneSlots } from './lane-slots.ts'
import type { Stopping } from './machine/stopping.ts'
import type { StoreSide } from './store-side.ts'
import type { TalkSide } from './talk-side.ts'

/** Where attempts at tasks are made, in a process that works. */
export interface AttemptSide {
  run(task: Task, attemptKey: string | undefined): Promise<Outcome>
  /** Tasks stop before their next step, but for short ones. */
  park(): void
  /** Tasks are aborted and go on elsewhere. */
  abort(): void
  /** The scratch folders of all processes on this disk. */
  scratch: Pick<ScratchRoot, 'removeDead'>
  close(stopping: Stopping): Promise<void>
}

export type AttemptSidePorts = Pick<StoreSide, 'store' | 'processId' | 'changed' | 'now' | 'log'> &
  Pick<TalkSide, 'channels' | 'outbox' | 'say'> &
  Pick<EngineSide, 'languages' | 'access' | 'presets' | 'builtins' | 'taskControl' | 'fanOut' | 'versions' | 'ledger'> &
  LaneSlotPorts &
  MediaPorts &
  ModelSidePorts

export async function openAttemptSide(
  config: Config,
  ports: AttemptSidePorts,
  lanes: readonly string[],
): Promise<AttemptSide> {
  const { store, channels, outbox, taskControl, presets, ledger, now, log } = ports
  const parking = new AbortController()
  const shutdown = new AbortController()
  const cancels = openCancels()
  const stopListening = await store.signals.subscribe(CANCEL_TOPIC, (payload) => {
    // Published by task control, in any process of ours.
    cancels.cancel((payload as { id: string }).id)
  })
  const watch = openTaskWatch()
  const stopHearing = await store.signals.subscribe(TASK_TOPIC, (payload) => {
    // Published by `taskChanges`, in any process of ours.
    watch.heard((payload as { ids: string[] }).ids)
  })
  const slots = openLaneSlots(lanes, config, ports)
  const scratch = openScratch(resolve(config.dataDir, 'scratch'), ports.processId, now)
  const { mcp, tools, pictures } = openModelPorts(config, ports, watch)
  const chatter = openChatter(config.llm, { conversations: store.conversations, presets, ledger, now, log })
  const { languages, access, builtins, fanOut, versions, say } = ports
  const { graceMs, leaseMs } = config.limits
  const attempt: AttemptPorts = {
    ...{ store, languages, access, builtins, fanOut, versions, say, chatter, tools, pictures, cancels, scratch },
    ...{ graceMs, leaseMs, now, log, admins: config.admins, catalog: ports.catalog },
    slots: slots.of,
    draft: outbox.draftForTask,
    act: actIn(channels),
    media: openMedia(config, ports),
    signal: taskControl.signal,
    ended: taskControl.ended,
    parking: (lane) => (laneOf(lane).runsOutOnStop ? undefined : parking.signal),
    changed(taskId) {
      ports.changed(taskId)
      watch.heard([taskId])
    },
  }
  return {
    run: (task, attemptKey) => runTask(task, attempt, shutdown.signal, attemptKey),
    park: () => parking.abort(),
    abort: () => shutdown.abort(),
    scratch,
    async close(stopping) {
      // Who stops does not wait for long: what is cut off is forgotten, the conversation goes on.
      await settledWithin(chatter.idle(), graceMs)
      await stopping.close('the slots', () => slots.close())
      await stopping.close('the scratch folders', () => scratch.close())
      await Promise.all([
        stopping.close('the MCP servers', () => mcp.close()),
        stopping.close('what hears of cancels', () => stopListening()),
        stopping.close('what hears of changed tasks', () => stopHearing()),
      ])
    },
  }
}

function actIn(channels: ReadonlyMap<string, Channel>): AttemptPorts['act'] {
  return async (action, at, signal) => {
    const channel = channels.get(at.channel)
    const actions = channel?.can.actions
    if (actions === undefined) throw new RejectedError(`no bot can do that on ${channel?.platform ?? at.channel}`)
    await actions.act(action, at, signal)
  }
}
