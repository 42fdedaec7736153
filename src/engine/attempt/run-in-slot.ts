import type { CommandEntry } from '../../core/command/catalog.ts'
import { type Part, textIn } from '../../core/message/part.ts'
import { retryWhileUnavailable } from '../../core/retry-while-unavailable.ts'
import type { Run } from '../../core/task/run.ts'
import { cleanJson } from '../../core/text/clean.ts'
import type { Lang } from '../../core/text/lang.ts'
import type { ScenePack } from '../../scenes/pack.ts'
import type { HostCall } from '../host/protocol.ts'
import type { HostCalls, HostEnd, Slots } from '../host/slots.ts'
import type { Chatter } from '../llm/chatter.ts'
import { leftSteps } from '../steps/left-steps.ts'
import type { Code, Versions } from '../steps/versions.ts'
import { type Attempt, withWarnings } from './attempt.ts'
import { type CallPorts, callsOf } from './calls/calls.ts'
import { openResources, type ResourcePorts } from './calls/resources.ts'
import type { Deadline } from './deadline.ts'
import { sentences } from './sentences.ts'

/** What a command asks for that is kept. */
const keeps: ReadonlySet<HostCall['method']> = new Set(['saveStep', 'wait', 'all', 'onCancel'])

export interface SlotPorts extends CallPorts, ResourcePorts {
  store: CallPorts['store'] & ResourcePorts['store']
  /** The slots of a lane, for the scenes of now or for one of another time; undefined where this process has none. */
  slots(lane: string, old?: ScenePack): Pick<Slots, 'run'> | undefined
  versions: Pick<Versions, 'bind'>
  chatter: Chatter
  graceMs: number
}

/** Runs a scene's command in a slot of its lane and reads how it ended. */
export async function runInSlot(
  run: Run,
  code: Code,
  lang: Lang,
  ports: SlotPorts,
  deadline: Deadline,
): Promise<Attempt> {
  const { entry, version } = code
  const slots = ports.slots(run.task.lane, code.isOld ? code.pack : undefined)
  const { route, message } = run.task
  if (slots === undefined || route === undefined) throw new Error(`this process has no slots for lane ${run.task.lane}`)
  if (ports.parking(run.task.lane)?.aborted) return { state: 'interrupted' }
  const resources = openResources(run, lang, ports, deadline)
  let bound: Promise<void> | undefined
  const bind = (): Promise<void> => (bound ??= ports.versions.bind(run, code, ports.store.steps))
  const order = {
    runId: run.id,
    route,
    message,
    lang,
    attempt: run.attempt,
    isFresh: run.fencingToken === 1,
    taskNumber: run.number,
    version,
    piece: run.task.piece,
  }
  try {
    const calls = binding(callsOf(run, lang, ports, deadline, resources), bind)
    const end = await slots.run(order, calls, deadline.signal, ports.graceMs)
    if (end.state === 'killed') {
      ports.log.warn({ taskId: run.id, lane: run.task.lane, why: end.why, error: end.message }, 'a host was lost')
    }
    if (end.state === 'waits') await bind()
    // What an earlier attempt has kept.
    if ((end.state === 'done' || end.state === 'piece') && end.asked !== undefined) {
      await tellLeft(run, new Set(end.asked), version, ports)
    }
    return withAttached(
      withWarnings(attemptOf(end, run, entry, lang, deadline), resources.warnings),
      resources.questions.attached(),
    )
  } finally {
    await resources.end()
  }
}

/** Binds the run to its version before the first thing that it keeps. */
function binding(calls: HostCalls, bind: () => Promise<void>): HostCalls {
  return {
    ...calls,
    async call(call, ofParent) {
      if (!ofParent && keeps.has(call.method)) await bind()
      return calls.call(call, ofParent)
    },
  }
}

async function tellLeft(
  run: Run,
  asked: ReadonlySet<string>,
  version: string | undefined,
  { store, now }: Pick<SlotPorts, 'store' | 'now'>,
): Promise<void> {
  const text = await retryWhileUnavailable(() => leftSteps(run.id, asked, version, store.steps))
  if (text !== undefined)
    await retryWhileUnavailable(() => store.runs.note(run.id, [{ at: now(), kind: 'log', text, attempt: run.attempt }]))
}

/** What tools made goes out with the last word. */
function withAttached(attempt: Attempt, attached: readonly Part[]): Attempt {
  if (attached.length === 0 || (attempt.state !== 'done' && attempt.state !== 'refused')) return attempt
  return { ...attempt, say: [...(attempt.say ?? []), ...attached] }
}

function attemptOf(end: HostEnd, run: Run, entry: CommandEntry, lang: Lang, deadline: Deadline): Attempt {
  if (deadline.cause === 'cancelled') return { state: 'cancelled' }
  // An answer that was ready counts, also when its time ran out at the same moment.
  if (end.state === 'done') return { state: 'done', say: end.parts }
  if (end.state === 'piece') return { state: 'done', value: cleanJson(end.value) }
  if (end.state === 'stale') return { state: 'interrupted', why: 'its scene has just changed' }
  if (end.state === 'waits') return { state: 'waits', waits: end.waits }
  if (end.state === 'parked' || deadline.cause === 'shutdown') return { state: 'interrupted' }
  if (deadline.cause === 'timeout') {
    const seconds = Math.round(entry.timeoutMs / 100) / 10
    return {
      state: 'failed',
      isFinal: true,
      why: `timed out after ${seconds} s`,
      say: textIn(lang, sentences.timedOut(run.number, seconds)),
    }
  }
  if (end.state === 'ignored') return { state: 'ignored', why: end.why }
  if (end.state === 'refused')
    return {
      state: 'refused',
      why: end.reason ?? 'the arguments do not fit',
      say: [{ kind: 'text', text: end.why }],
    }
  if (end.state === 'failed') return { state: 'failed', isFinal: end.retry === 'never', why: end.stack ?? end.message }
  if (end.why === 'out-of-memory') {
    return { state: 'failed', isFinal: true, why: end.message, say: textIn(lang, sentences.outOfMemory(run.number)) }
  }
  const say = textIn(lang, sentences.crashed(run.number, run.failures + 1))
  return { state: 'failed', isFinal: false, why: end.message, say }
}
