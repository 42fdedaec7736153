import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Catalog, CommandEntry } from '../../src/core/command/catalog.ts'
import type { ChatAction } from '../../src/core/message/chat-action.ts'
import type { Message } from '../../src/core/message/message.ts'
import { type Part, plainText } from '../../src/core/message/part.ts'
import type { Budgets } from '../../src/core/model/budget.ts'
import type { Task } from '../../src/core/task/task.ts'
import { type Cancels, openCancels } from '../../src/engine/attempt/cancels.ts'
import type { AttemptPorts } from '../../src/engine/attempt/run-task.ts'
import { builtinScene, builtinsOf } from '../../src/engine/builtins/index.ts'
import { CANCEL_TOPIC, openTaskControl, type TaskControl } from '../../src/engine/control/task-control.ts'
import { openFanOut } from '../../src/engine/fan-out/fan-out.ts'
import type { MediaFiles } from '../../src/engine/files/media.ts'
import type { HostCalls, HostEnd, HostRun, Slots } from '../../src/engine/host/slots.ts'
import { type BudgetControl, openBudgetControl } from '../../src/engine/llm/budget-control.ts'
import { type Ledger, openLedger } from '../../src/engine/llm/ledger.ts'
import { openRaises } from '../../src/engine/llm/raises.ts'
import { openUsage } from '../../src/engine/llm/usage.ts'
import { openAccess } from '../../src/engine/people/access.ts'
import { openLanguages } from '../../src/engine/people/languages.ts'
import { openPresets, type PresetPorts } from '../../src/engine/presets/presets.ts'
import { openScheduleControl, type ScheduleControl } from '../../src/engine/schedules/schedule-control.ts'
import { openVersions } from '../../src/engine/steps/versions.ts'
import type { EmbeddedStore } from '../../src/store/embedded/index.ts'
import { silent } from './scene-folder.ts'

/** What stands in for a command: it is told all that a host is. */
export type Work = (run: HostRun, calls: HostCalls, signal: AbortSignal) => Promise<HostEnd> | HostEnd

export interface Workshop {
  engine: AttemptPorts
  store: EmbeddedStore
  taskControl: TaskControl
  schedules: ScheduleControl
  ledger: Ledger
  budgets: BudgetControl
  /** How an answer grew, one line a draft: `task: text`. */
  drafts: string[]
  cancels: Cancels
  /** What was said, one line a say: `task: text`. */
  said: string[]
  /** Tasks that were put into the queue. */
  queued: Task[]
  /** What was done in chats beside speaking. */
  acts: ChatAction[]
  /** Runs that somebody was told to look at. */
  woken: string[]
  /** Moves the clock on. */
  pass(ms: number): void
  /** What the command does from now on. */
  does(work: Work): void
  task(text: string, sample?: { sender?: string; group?: string; id?: string }): Task
}

let made = 0

const noMedia: MediaFiles = {
  fetch: async () => ({ state: 'refused', why: 'there are no files here' }),
  quoted: async () => [],
  lastSent: async () => undefined,
  keep: async () => ({ state: 'too-large', mostBytes: 0 }),
}

export const unlimited: Budgets = {
  person: { warnAt: 0.8 },
  group: { warnAt: 0.8 },
  all: { warnAt: 0.8 },
  subjects: {},
}

const entry = (name: string, sample: Partial<CommandEntry> = {}): CommandEntry => ({
  scene: 'try',
  name,
  summary: { zh: '试', en: 'Try' },
  args: [],
  lane: 'long',
  timeoutMs: 60_000,
  attempts: 3,
  aliases: [],
  triggers: [],
  ...sample,
})

const scenes: Catalog['scenes'] = [
  {
    name: 'try',
    summary: { zh: '试', en: 'Try' },
    isPublic: true,
    file: 'try.ts',
    commands: [
      entry('work'),
      entry('once', { attempts: 1 }),
      entry('risky', { tool: { approval: true, parameters: {} } }),
      entry('brief', { timeoutMs: 50 }),
    ],
  },
  {
    name: 'secret',
    summary: { zh: '秘密', en: 'Secret' },
    isPublic: false,
    file: 'secret.ts',
    commands: [entry('show', { scene: 'secret' }), entry('burn', { scene: 'secret' })],
  },
]

const presetFiles: PresetPorts['files'] = {
  presets: () =>
    new Map([
      ['pirate', { preset: { name: 'pirate', title: { zh: '海盗', en: 'Pirate' }, text: 'Arr.' }, file: 'pirate.md' }],
      ['plain', { preset: { name: 'plain', text: 'Be plain.' }, file: 'plain.md' }],
    ]),
  faults: () => [],
}

/** An engine with a real store, and commands made of functions. */
export async function aWorkshop(
  store: EmbeddedStore,
  { memory = 'person', budgets = unlimited }: { memory?: 'person' | 'chat'; budgets?: Budgets } = {},
): Promise<Workshop> {
  let now = 1_800_000_000_000
  let work: Work = () => ({ state: 'done', parts: [{ kind: 'text', text: 'answer' }] })
  const said: string[] = []
  const drafts: string[] = []
  const queued: Task[] = []
  const woken: string[] = []
  const acts: ChatAction[] = []
  const clock = () => now
  const say = async ({ task, parts }: { task: Task; parts: readonly Part[] }): Promise<void> => {
    said.push(`${task.id}: ${plainText(parts)}`)
  }
  const slots: Slots = {
    async run(run, calls, signal) {
      calls.begun()
      return work(run, calls, signal)
    },
    renew() {},
    busy: 0,
    async close() {},
  }
  const cancels = openCancels()
  // Published by the desk.
  const stop = await store.signals.subscribe(CANCEL_TOPIC, (payload) => cancels.cancel((payload as { id: string }).id))
  onTestFinished(stop)
  const languages = openLanguages(store.settings, 'en', clock)
  const enqueue = async (task: Task): Promise<void> => void queued.push(task)
  const wake = async (_lane: string, taskId: string): Promise<void> => void woken.push(taskId)
  const fanOut = openFanOut({
    store,
    enqueue,
    priorityOf: async () => 0,
    wake,
    changed: () => undefined,
    now: clock,
    log: silent,
  })
  const taskControl = openTaskControl({
    fanOut,
    store,
    enqueue,
    wake,
    promote: async () => {},
    say,
    languages,
    changed: () => undefined,
    now: clock,
    log: silent,
  })
  let all: Catalog = { scenes, faults: [] }
  const raises = openRaises(store.settings, clock)
  const counted = { counters: store.counters, raises, budgets, timeZone: 'Asia/Shanghai', now: clock }
  const ledger = openLedger({ ...counted, settings: store.settings, log: silent })
  const budgetControl = openBudgetControl({ ...counted, usage: openUsage(counted), grants: store.grants })
  const admins = ['staff:boss']
  const presets = openPresets({
    settings: store.settings,
    files: presetFiles,
    defaults: () => [],
    now: clock,
    log: silent,
  })
  const access = openAccess({ grants: store.grants, catalog: () => all, admins, configured: [], now: clock })
  const schedules = openScheduleControl({
    store,
    take: async (message, schedule) =>
      void queued.push({ id: message.id, lane: 'long', message, priority: 0, schedule }),
    catalog: () => all,
    prefixes: {},
    access,
    hasChannel: (id) => id === 'staff',
    admins,
    now: clock,
  })
  const builtins = builtinsOf({
    store,
    taskControl,
    schedules,
    languages,
    presets,
    memory,
    admins,
    budgets: budgetControl,
    catalog: () => all,
    mcpServers: ['files'],
    timeZone: 'Asia/Shanghai',
    now: clock,
  })
  all = { scenes: [builtinScene(builtins), ...scenes], faults: [] }
  const engine: AttemptPorts = {
    store,
    catalog: () => all,
    slots: (lane) => (lane === 'long' ? slots : undefined),
    builtins,
    say,
    act: async (action) => void acts.push(action),
    media: noMedia,
    scratch: {
      make: () => mkdtemp(join(tmpdir(), 'scratch-')),
      remove: (folder) => rm(folder, { recursive: true }),
      close: async () => undefined,
    },
    draft: ({ task, text }) => void drafts.push(`${task.id}: ${text}`),
    languages,
    chatter: { ask: async () => 'no model here', converse: async () => 'no model here', idle: async () => undefined },
    tools: [],
    pictures: { quoted: async () => [], fetch: () => Promise.reject(new Error('no files here')), log: silent },
    cancels,
    access,
    admins,
    graceMs: 100,
    leaseMs: 10_000,
    signal: taskControl.signal,
    versions: openVersions({
      store,
      catalog: () => all,
      pack: () => undefined,
      onSceneChange: 'finish',
      now: clock,
    }),
    fanOut,
    parking: () => undefined,
    ended: taskControl.ended,
    changed: () => undefined,
    now: clock,
    log: silent,
  }
  return {
    engine,
    store,
    taskControl,
    schedules,
    ledger,
    budgets: budgetControl,
    drafts,
    cancels,
    said,
    queued,
    woken,
    acts,
    pass(ms) {
      now += ms
    },
    does(next) {
      work = next
    },
    task(text, { sender = 'zhangsan', group, id = `task-${process.pid}-${++made}` } = {}) {
      const [first = '', second = '', ...rest] = text.split(' ')
      const isBuiltin = builtins.has(first)
      const after = isBuiltin ? [second, ...rest] : rest
      const isKnown = isBuiltin || scenes.some(({ name }) => name === first)
      const message: Message = {
        id,
        from: { channel: 'staff', chat: group ?? sender, chatKind: group === undefined ? 'private' : 'group' },
        sender: { id: sender },
        text,
        parts: [{ kind: 'text', text }],
        receivedAt: now,
      }
      const route = {
        scene: isBuiltin ? '' : first,
        command: isBuiltin ? first : second,
        rest: after.filter(Boolean).join(' '),
      }
      return { id, lane: isBuiltin ? 'control' : 'long', priority: 0, message, route: isKnown ? route : undefined }
    },
  }
}

export const never = new AbortController().signal
