import { randomBytes } from 'node:crypto'
import type { Config } from '../../config/config.ts'
import { type Backend, openBackend } from '../../queues/backend.ts'
import { type OutboxQueues, openOutboxQueues } from '../../queues/deliveries.ts'
import { CONTROL_LANE, openTaskQueues, QUICK_LANES, type TaskQueues } from '../../queues/tasks.ts'
import type { Channel, ChannelPorts } from '../channels/channel.ts'
import { openChannels } from '../channels/open.ts'
import type { Catalog } from '../core/command/catalog.ts'
import { commandFor, isTriggered } from '../core/command/command.ts'
import type { Held } from '../core/delivery/held.ts'
import { RejectedError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { lineOf } from '../core/message/address.ts'
import type { Overlap } from '../core/task/row.ts'
import type { Say } from '../core/task/say.ts'
import type { Builtin } from '../engine/builtins/builtin.ts'
import { builtinScene, builtinsOf } from '../engine/builtins/index.ts'
import { type Interrupt, openInterrupt } from '../engine/control/interrupt.ts'
import { type Desk, openDesk } from '../engine/control/task-control.ts'
import { type FanOut, openFanOut } from '../engine/fan-out/fan-out.ts'
import { watchCatalog } from '../engine/host/catalog.ts'
import { type BudgetDesk, openBudgetDesk } from '../engine/llm/budget-control.ts'
import { type Ledger, openLedger } from '../engine/llm/ledger.ts'
import { openRaises } from '../engine/llm/raises.ts'
import { keepSaid } from '../engine/llm/tools/keep-said.ts'
import { openUsage } from '../engine/llm/usage.ts'
import { type Access, openAccess } from '../engine/people/access.ts'
import { type Languages, openLanguages } from '../engine/people/languages.ts'
import { watchPresetFiles } from '../engine/presets/preset-files.ts'
import { openPresets, type Presets } from '../engine/presets/presets.ts'
import { openScheduleDesk, type ScheduleDesk, type TakeScheduled } from '../engine/schedules/schedule-control.ts'
import { openVersions, type Versions } from '../engine/steps/versions.ts'
import { type Outbox, openOutbox } from '../outbox/outbox.ts'
import { remoteHeld } from '../outbox/remote-held.ts'
import type { Sources } from '../scenes/sources.ts'
import { openExchange } from '../store/exchange.ts'
import { sharedCache } from '../store/shared-cache.ts'
import type { Store } from '../store/store.ts'
import { connectionLog } from './connection-log.ts'
import type { Machine } from './machine.ts'
import { openStore } from './open-store.ts'
import { configuredPresets, presetDefaults } from './preset-defaults.ts'
import { takeScheduled } from './scheduled.ts'
import { taskChanges } from './task-changes.ts'

/** What every process of an installation is made of, whichever part of the work it does. */
export interface Installation {
  config: Config
  log: Log
  /** This process, as leases and held requests name it. */
  processId: string
  store: Store
  backend: Backend
  tasks: TaskQueues
  looks: OutboxQueues
  channels: ReadonlyMap<string, Channel>
  outbox: Outbox
  /** What a task says goes to its chat, or to the model that called it. */
  say: Say
  /** Bytes kept in our store under a fileId; throws RejectedError when they are no longer there. */
  readFile: ChannelPorts['readFile']
  /** The held requests, wherever they wait. */
  held: Held
  /** A process that takes callbacks holds its own. */
  holdHere(own: Held): void
  languages: Languages
  presets: Presets
  builtins: ReadonlyMap<string, Builtin>
  desk: Desk
  fanOut: FanOut
  /** The place in the lane of an owner's next task that no message made. */
  tagOf(lane: string, owner: string): Promise<number>
  schedules: ScheduleDesk
  /** Where the messages of schedules come in. */
  takeScheduled: TakeScheduled
  /** What models are used for, and what is left of the budgets. */
  ledger: Ledger
  budgets: BudgetDesk
  /** Has a question take the place of those before it. */
  interrupt: Interrupt
  /** What a channel does with questions that come while others wait. */
  overlapOf(channel: string): Overlap
  access: Access
  /** Scenes and built-in commands together. */
  catalog(): Catalog
  /** The scene files of that catalog, for those who run them. */
  sources(): Sources
  versions: Versions
  /** Called whenever scene files changed. */
  onCatalog(listener: () => void): void
  changed(taskId: string): void
  now(): number
  close(): Promise<void>
}

export async function openInstallation(
  config: Config,
  log: Log,
  { openStore: open = openStore, now = Date.now }: Partial<Omit<Machine, 'log'>> = {},
): Promise<Installation> {
  const onError = connectionLog(log)
  const { store, queuesAt } = await open(config, log, onError)
  const processId = `p${randomBytes(8).toString('hex')}`
  const backend = openBackend(queuesAt, { leaseMs: config.limits.leaseMs, onError })
  const tasks = openTaskQueues(backend, [CONTROL_LANE, ...Object.keys(config.lanes)])
  const exchange = await openExchange({ signals: store.signals, settings: store.settings, now, processId, log })
  const readFile: ChannelPorts['readFile'] = async (fileId) => {
    const file = await store.files.get(fileId, now())
    if (file === undefined) throw new RejectedError(`file ${fileId} is no longer kept`)
    return file
  }
  const channels = openChannels(config, store, {
    now,
    log,
    shared: sharedCache(store.settings, store.leases, now),
    exchange,
    readFile,
    // Asked when messages come, and by then the scenes are loaded.
    isBound: (event) => commandFor(event, catalog()) !== undefined,
    isTriggered: (text) => isTriggered(text, catalog()),
    async reopen(channel, chat) {
      const line = lineOf({ channel, chat })
      await store.outbox.resume(line, now())
      await looks.look(line, now(), now())
    },
  })
  const looks = openOutboxQueues(backend, [...channels.keys()])
  let holder = remoteHeld(store.signals)
  const held: Held = {
    claim: (taskId) => holder.claim(taskId),
    isElsewhere: (by) => holder.isElsewhere(by),
    release: (taskId) => holder.release(taskId),
    tell: (offer) => holder.tell(offer),
  }
  const outbox = openOutbox({
    store: store.outbox,
    channels,
    looks,
    held,
    deliveryKeptMs: config.limits.deliveryKeptMs,
    sendMs: config.limits.sendMs,
    now,
    log,
  })
  const say = keepSaid(outbox.sayForTask, { store, filesKeptMs: config.limits.filesKeptMs, now })
  const languages = openLanguages(store.settings, config.lang, now)
  const changes = taskChanges(store.signals, log)
  const tagOf = async (lane: string, owner: string): Promise<number> =>
    QUICK_LANES.has(lane) ? 0 : store.shares.tag(lane, owner)
  const fanOut = openFanOut({
    store,
    enqueue: tasks.add,
    tagOf,
    wake: tasks.wake,
    changed: changes.note,
    now,
    log,
  })
  const desk = openDesk({
    fanOut,
    store,
    enqueue: tasks.add,
    wake: tasks.wake,
    call: tasks.hurry,
    say,
    languages,
    changed: changes.note,
    now,
    log,
  })
  const interrupt = openInterrupt({
    store,
    say: outbox.sayForTask,
    languages,
    memory: config.llm.memory,
    endCalled: desk.endCalled,
    call: tasks.hurry,
    changed: changes.note,
    now,
    log,
  })
  const overlaps = new Map(config.channels.map(({ id, overlap: mode, mergeMs }) => [id, { mode, mergeMs }]))

  const raises = openRaises(store.settings, now)
  const counted = { counters: store.counters, raises, budgets: config.llm.budgets, timeZone: config.timeZone, now }
  const ledger = openLedger({ ...counted, settings: store.settings, log })
  const budgets = openBudgetDesk({ ...counted, usage: openUsage(counted), grants: store.grants })

  const listeners: (() => void)[] = []
  const scenes = await watchCatalog({
    sceneDirs: config.sceneDirs,
    settings: config.scenes,
    env: config.hostEnvironment,
    log,
    onChange() {
      for (const listener of listeners) listener()
    },
  })
  const presetFiles = await watchPresetFiles(config.llm.presetDir, log)
  const inNoFile = configuredPresets(config).filter((name) => !presetFiles.presets().has(name))
  if (inNoFile.length > 0) {
    log.warn(
      { presets: inNoFile },
      'config names presets of no file; unless the dashboard has them, the next default counts',
    )
  }
  const presets = openPresets({
    settings: store.settings,
    files: presetFiles,
    defaults: presetDefaults(config),
    now,
    log,
  })
  const access = openAccess({ grants: store.grants, catalog, admins: config.admins, configured: config.grants, now })
  const take = takeScheduled({ config, store, tasks, catalog, now })
  const schedules = openScheduleDesk({
    store,
    take,
    catalog,
    prefixes: config.prefixes,
    access,
    hasChannel: (id) => channels.has(id),
    admins: config.admins,
    now,
  })
  const builtins: ReadonlyMap<string, Builtin> = builtinsOf({
    store,
    desk,
    budgets,
    schedules,
    languages,
    presets,
    memory: config.llm.memory,
    admins: config.admins,
    catalog,
    mcpServers: Object.keys(config.llm.mcp),
    timeZone: config.timeZone,
    now,
  })
  const ownScene = builtinScene(builtins)
  // Made anew only when the scene files change: every message is read against it.
  const withOwn = (of: Catalog): { of: Catalog; all: Catalog } => ({
    of,
    all: { scenes: [ownScene, ...of.scenes], faults: of.faults },
  })
  let known = withOwn(scenes.catalog())
  function catalog(): Catalog {
    if (known.of !== scenes.catalog()) known = withOwn(scenes.catalog())
    return known.all
  }

  return {
    config,
    log,
    processId,
    store,
    backend,
    tasks,
    looks,
    channels,
    outbox,
    say,
    readFile,
    held,
    holdHere(own) {
      holder = own
    },
    languages,
    presets,
    builtins,
    desk,
    fanOut,
    tagOf,
    schedules,
    takeScheduled: take,
    ledger,
    budgets,
    interrupt,
    overlapOf: (channel) => overlaps.get(channel) ?? { mode: 'queue', mergeMs: 0 },
    access,
    catalog,
    sources: scenes.sources,
    versions: openVersions({ store, catalog, pack: scenes.pack, onSceneChange: config.tasks.onSceneChange, now }),
    onCatalog: (listener) => void listeners.push(listener),
    changed: changes.note,
    now,
    async close() {
      await outbox.idle()
      await scenes.close()
      await presetFiles.close()
      await changes.close()
      await exchange.close()
      await Promise.allSettled([tasks.close(), looks.close()])
      await backend.close()
      await store.close()
    },
  }
}
