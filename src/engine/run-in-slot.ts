import type { CommandEntry } from '../core/catalog.ts'
import { cleanJson } from '../core/clean.ts'
import { insist } from '../core/insist.ts'
import { inLang, type Lang } from '../core/lang.ts'
import type { LlmCall } from '../core/llm-call.ts'
import type { Part } from '../core/part.ts'
import type { Run } from '../core/run.ts'
import { act } from './act.ts'
import { ANSWER, type Attempt, textIn, withWarnings } from './attempt.ts'
import { coolDown } from './cool-down.ts'
import type { Deadline } from './deadline.ts'
import { dryAnswer } from './dry.ts'
import type { Engine } from './engine.ts'
import type { HostCalls, HostEnd } from './host/slots.ts'
import { keptSteps } from './kept-steps.ts'
import { leftSteps } from './left-steps.ts'
import type { AskOptions } from './llm/llm.ts'
import { LlmError } from './llm/llm-error.ts'
import { TasksPending } from './llm/tools/tasks-pending.ts'
import { noteTakenBack, registeredStep } from './owed.ts'
import { answersOfParent } from './piece-calls.ts'
import type { HostCall } from './protocol.ts'
import { openQuestions, type Questions } from './questions.ts'
import { sentences } from './sentences.ts'
import type { Code } from './versions.ts'
import { endOfWait, waitFor } from './waits.ts'

/** How much of an answer that is being written is shown. */
const SHOWN_CHARS = 200
/** Progress is written down at most this often. */
const PROGRESS_EVERY_MS = 300

/** What a command asks for that is kept. */
const keeps: ReadonlySet<HostCall['method']> = new Set(['saveStep', 'wait', 'all', 'onCancel'])

/** Runs a scene's command in a slot of its lane and reads how it ended. */
export async function runInSlot(
  run: Run,
  code: Code,
  lang: Lang,
  engine: Engine,
  deadline: Deadline,
): Promise<Attempt> {
  const { entry, version } = code
  const slots = engine.slots(run.task.lane, code.isOld ? code.pack : undefined)
  const { route, message } = run.task
  if (slots === undefined || route === undefined) throw new Error(`this process has no slots for lane ${run.task.lane}`)
  if (engine.parking(run.task.lane)?.aborted) return { state: 'interrupted' }
  const questions = openQuestions(run, lang, engine, deadline)
  const warnings: string[] = []
  let bound: Promise<void> | undefined
  const bind = (): Promise<void> => (bound ??= engine.versions.bind(run, code))
  const end = await slots.run(
    {
      runId: run.id,
      route,
      message,
      lang,
      attempt: run.attempt,
      isFresh: run.epoch === 1,
      taskNumber: run.number,
      version,
      piece: run.task.piece,
    },
    binding(callsOf(run, lang, engine, deadline, questions, warnings), bind),
    deadline.signal,
    engine.graceMs,
  )
  if (end.state === 'killed') {
    engine.log.warn({ taskId: run.id, lane: run.task.lane, why: end.why, error: end.message }, 'a host was lost')
  }
  if (end.state === 'waits') await bind()
  // What an earlier attempt has kept.
  if ((end.state === 'done' || end.state === 'piece') && end.asked !== undefined) {
    await tellLeft(run, new Set(end.asked), version, engine)
  }
  return withAttached(withWarnings(attemptOf(end, run, entry, lang, deadline), warnings), questions.attached())
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
  { store, now }: Engine,
): Promise<void> {
  const text = leftSteps(await insist(() => store.steps.list(run.id)), asked, version)
  if (text !== undefined)
    await insist(() => store.runs.note(run.id, [{ at: now(), kind: 'log', text, attempt: run.attempt }]))
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

/** What a command of this run may ask for. `warnings` are filled with sentences that its person should read. */
export function callsOf(
  run: Run,
  lang: Lang,
  engine: Engine,
  deadline: Deadline,
  questions: Questions = openQuestions(run, lang, engine, deadline),
  warnings: string[] = [],
): HostCalls {
  const { runs, steps } = engine.store
  let shownAt = 0
  const note = (kind: 'log' | 'said' | 'asked', text: string, ms?: number, call?: LlmCall): void => {
    runs.note(run.id, [{ at: engine.now(), kind, text, ms, attempt: run.attempt, call }]).catch((error: unknown) => {
      engine.log.warn({ taskId: run.id, error: String(error) }, 'a timeline line was lost')
    })
  }
  const progress = (percent: number | undefined, text: string | undefined): void => {
    const now = engine.now()
    if (now - shownAt < PROGRESS_EVERY_MS && (percent ?? 0) < 100) return
    shownAt = now
    runs.progress(run.id, run.epoch, { percent, text }, now).then(
      () => engine.changed(run.id),
      (error: unknown) => engine.log.warn({ taskId: run.id, error: String(error) }, 'progress was lost'),
    )
  }
  const asking: AskOptions = {
    run,
    lang,
    signal: deadline.signal,
    onText: (text) => progress(undefined, text.slice(-SHOWN_CHARS)),
    onCall(call) {
      note('asked', callText(call), call.ms, call)
      engine.log.info({ taskId: run.id, ...call }, 'a model was asked')
    },
    onWarning: (sentence) => void warnings.push(sentence),
  }
  // What is asked in a conversation is what the person is about to read; what a scene asks for itself is not.
  const conversing: AskOptions = {
    ...asking,
    onText(text) {
      asking.onText?.(text)
      if (run.task.dry === undefined) engine.draft({ task: run.task, round: run.round, name: ANSWER, text })
    },
  }
  const answerOf = (answer: Promise<string>): Promise<unknown> =>
    answer.then(
      (text) => ({ text }),
      (error: unknown) => {
        if (error instanceof TasksPending) return { waits: error.wait }
        if (!(error instanceof LlmError)) throw error
        engine.log.warn({ taskId: run.id, kind: error.kind, error: error.message }, 'no model answered')
        return { sentence: inLang(lang, error.sentence), reason: `no answer of a model: ${error.kind}` }
      },
    )
  const parentsAnswer = answersOfParent(run, lang, engine)
  return {
    begun: deadline.begin,
    parking: engine.parking(run.task.lane),
    async call(call: HostCall, ofParent) {
      const dry = dryAnswer(call, run.task, lang)
      if (dry?.note !== undefined) note('log', dry.note)
      if (dry !== undefined) return dry.value
      if (ofParent) return parentsAnswer(call)
      switch (call.method) {
        case 'say':
          await insist(() =>
            engine.say({ task: run.task, round: run.round, name: `say-${call.name}`, parts: call.parts }),
          )
          note('said', call.name)
          return undefined
        case 'ask':
          return answerOf(engine.chatter.ask(call.messages, asking))
        case 'converse':
          return answerOf(questions.converse(call.text, call.mayWait, conversing))
        case 'act':
          return act(call.action, run, lang, engine, deadline.signal)
        case 'wait':
          return insist(() =>
            call.onlyKept ? endOfWait(call.order, run, engine) : waitFor(call.order, run, lang, engine),
          )
        case 'onCancel':
          await insist(() => steps.save(run.id, registeredStep(call.name), { timeoutMs: call.timeoutMs }))
          return undefined
        case 'tookBack':
          return noteTakenBack(run, call, engine)
        case 'all':
          return insist(() =>
            call.onlyKept ? engine.fanOut.kept(run, call.order.name) : engine.fanOut.all(run, call.order),
          )
        case 'coolDown':
          return insist(() => coolDown(run, call.name, call.forMs, engine))
        case 'keptSteps':
          return insist(() => keptSteps(run.id, steps))
        case 'findStep':
          return insist(() => steps.find(run.id, call.name))
        case 'saveStep': {
          const hop = { at: engine.now(), kind: 'step', text: call.name, ms: call.ms, attempt: run.attempt } as const
          return insist(() => steps.save(run.id, call.name, cleanJson(call.value), hop))
        }
      }
    },
    progress,
    log: (text) => note('log', text.slice(0, 2_000)),
  }
}

/** A call of a model in words, for the timeline in chat. */
function callText({ model, end, inputTokens, outputTokens, isEstimated, cost, isSummary }: LlmCall): string {
  const tokens =
    inputTokens === undefined ? '' : `, ${inputTokens} + ${outputTokens} tokens${isEstimated ? ' (estimated)' : ''}`
  return `${isSummary ? 'summary by ' : ''}${model}: ${end}${tokens}${cost === undefined ? '' : `, cost ${cost.toFixed(6)}`}`
}
