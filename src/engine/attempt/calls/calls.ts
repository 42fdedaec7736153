import type { Log } from '../../../core/log.ts'
import type { Run } from '../../../core/task/run.ts'
import type { Say } from '../../../core/task/say.ts'
import { cleanJson } from '../../../core/text/clean.ts'
import type { Lang } from '../../../core/text/lang.ts'
import type { Runs, Steps } from '../../../store/store.ts'
import { noteCompensated, registeredStep } from '../../compensation/pending.ts'
import type { HostCalls } from '../../host/slots.ts'
import type { Deadline } from '../deadline.ts'
import { type ActPorts, act } from './act.ts'
import { type Handlers, openDoor } from './door.ts'
import { type ModelCallPorts, modelHandlers } from './model-calls.ts'
import type { AttemptResources } from './resources.ts'
import { parentHandlers, type RunCallPorts, runHandlers } from './run-calls.ts'

const LONGEST_LOG_CHARS = 2_000

export interface CallPorts extends RunCallPorts, ModelCallPorts, ActPorts {
  store: RunCallPorts['store'] & ActPorts['store'] & { steps: Steps; runs: Runs }
  say: Say
  /**
   * Aborted when this process stops: tasks of this lane go on elsewhere, from their next step. Undefined for those that
   * may end here.
   */
  parking(lane: string): AbortSignal | undefined
  changed(taskId: string): void
  now(): number
  log: Log
}

/** What a command of this run may ask for. */
export function callsOf(
  run: Run,
  lang: Lang,
  ports: CallPorts,
  deadline: Deadline,
  resources: AttemptResources,
): HostCalls {
  const { files, note, progress } = resources
  const { steps } = ports.store
  const handlers: Handlers = {
    ...runHandlers(async () => run, lang, ports),
    ...modelHandlers(run, lang, ports, deadline, resources),
    async say({ name, parts, to }) {
      await ports.say({ task: run.task, generation: run.generation, name: `say-${name}`, parts, to })
      note('said', name)
    },
    act: ({ action }) => act(action, run, lang, ports, deadline.signal),
    file: ({ order }) => files.answer(order),
    async onCancel({ name, timeoutMs }) {
      await steps.save(run.id, registeredStep(name), { timeoutMs })
    },
    tookBack: (call) => noteCompensated(run, call, ports),
    saveStep({ name, value, ms }) {
      const event = { at: ports.now(), kind: 'step', text: name, ms, attempt: run.attempt } as const
      return steps.save(run.id, name, cleanJson(value), event)
    },
  }
  const door = { task: run.task, lang, deadline, note: (text: string) => note('log', text) }
  return {
    begun: deadline.begin,
    parking: ports.parking(run.task.lane),
    call: openDoor(handlers, parentHandlers(run, lang, ports), door),
    progress: progress.show,
    log: (text) => note('log', text.slice(0, LONGEST_LOG_CHARS)),
  }
}
