import type { Config } from '../../config/config.ts'
import { laneOf } from '../core/task/lane.ts'
import type { Overlap } from '../core/task/ordering-key.ts'
import type { Builtin } from '../engine/builtins/builtin.ts'
import { builtinsOf } from '../engine/builtins/index.ts'
import { type Interrupt, openInterrupt } from '../engine/control/interrupt.ts'
import { openTaskControl, type TaskControl } from '../engine/control/task-control.ts'
import { type FanOut, openFanOut } from '../engine/fan-out/fan-out.ts'
import { type Access, openAccess } from '../engine/people/access.ts'
import { type Languages, openLanguages } from '../engine/people/languages.ts'
import { openPresets, type Presets } from '../engine/presets/presets.ts'
import { openScheduleControl, type ScheduleControl, type TakeScheduled } from '../engine/schedules/schedule-control.ts'
import { openVersions, type Versions } from '../engine/steps/versions.ts'
import { presetDefaults } from './adapters/preset-defaults.ts'
import { takeScheduled } from './adapters/scheduled.ts'
import { type BudgetSide, openBudgets } from './budgets.ts'
import type { CatalogSide } from './catalog-side.ts'
import type { StoreSide } from './store-side.ts'
import type { TalkSide } from './talk-side.ts'

/** What people, operators and commands can have done, in whichever process they ask. */
export interface EngineSide extends BudgetSide {
  languages: Languages
  access: Access
  presets: Presets
  builtins: ReadonlyMap<string, Builtin>
  taskControl: TaskControl
  fanOut: FanOut
  /** The place in the lane of an owner's next task that no message made. */
  priorityOf(lane: string, owner: string): Promise<number>
  schedules: ScheduleControl
  /** Where the messages of schedules come in. */
  takeScheduled: TakeScheduled
  /** Has a question take the place of those before it. */
  interrupt: Interrupt
  /** What a channel does with questions that come while others wait. */
  overlapOf(channel: string): Overlap
  versions: Versions
}

export type EnginePorts = Pick<StoreSide, 'store' | 'tasks' | 'changed' | 'now' | 'log'> &
  Pick<CatalogSide, 'catalog' | 'pack' | 'presetFiles'> &
  Pick<TalkSide, 'channels' | 'outbox' | 'say'>

export function openEngineSide(config: Config, ports: EnginePorts): EngineSide {
  const { store, tasks, changed, catalog, channels, outbox, say, now, log } = ports
  const { admins, prefixes, timeZone } = config
  const { memory } = config.llm
  const priorityOf = async (lane: string, owner: string): Promise<number> =>
    laneOf(lane).isQuick ? 0 : store.shares.priority(lane, owner)
  const queueing = { enqueue: tasks.add, wake: tasks.wake, promote: tasks.promote }
  const common = { store, changed, now, log }

  const languages = openLanguages(store.settings, config.lang, now)
  const access = openAccess({ grants: store.grants, catalog, admins, configured: config.grants, now })
  const fanOut = openFanOut({ ...common, ...queueing, priorityOf })
  const taskControl = openTaskControl({ ...common, ...queueing, fanOut, say, languages })
  // A question that is replaced says so in its chat, also one that a model called.
  const replacing = { say: outbox.sayForTask, endCalled: taskControl.endCalled, promote: tasks.promote }
  const interrupt = openInterrupt({ ...common, ...replacing, languages, memory })
  const presets = openPresets({
    settings: store.settings,
    files: ports.presetFiles,
    defaults: presetDefaults(config),
    now,
    log,
  })
  const take = takeScheduled({ config, store, tasks, catalog, now })
  const hasChannel = (id: string): boolean => channels.has(id)
  const schedules = openScheduleControl({ store, take, catalog, prefixes, access, hasChannel, admins, now })
  const budgets = openBudgets(config, { store, now, log })
  const builtins = builtinsOf({
    ...{ store, taskControl, schedules, languages, presets, memory, admins, catalog, timeZone, now },
    budgets: budgets.budgets,
    mcpServers: Object.keys(config.llm.mcp),
  })
  const overlaps = new Map(config.channels.map(({ id, overlap: mode, mergeMs }) => [id, { mode, mergeMs }]))
  const { onSceneChange } = config.tasks
  return {
    ...{ languages, access, presets, builtins, taskControl, fanOut, priorityOf, schedules, interrupt },
    ...budgets,
    takeScheduled: take,
    overlapOf: (channel) => overlaps.get(channel) ?? { mode: 'queue', mergeMs: 0 },
    versions: openVersions({ store, catalog, pack: ports.pack, onSceneChange, now }),
  }
}
